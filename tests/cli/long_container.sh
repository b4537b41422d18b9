#!/usr/bin/env bash
# The steps of the container files, on a bare Debian 12: the program that they install runs a study, and so does
# its report. Needs root, debootstrap and Debian's packages.
set -eu
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || exit 77
root=$(mktemp -d)
trap 'umount "$root/proc" "$root/dev" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" >/dev/null || exit 77
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
cp -r /etc/apt/. "$root/etc/apt/"    # where this machine gets its packages
mount -t proc none "$root/proc"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
trap 'umount -l "$root/proc" "$root/dev" 2>/dev/null; rm -rf --one-file-system "$root"' EXIT
mkdir "$root/opt/kinlim"
git -C "$SOURCE_DIR" archive HEAD | tar -x -C "$root/opt/kinlim"
# Each RUN of the Dockerfile but the cleaning.
grep '^RUN ' "$SOURCE_DIR/scripts/containers/Dockerfile" | sed 's/^RUN //' | grep -v '^rm ' | while read -r step; do
    echo "$step"
    chroot "$root" /usr/bin/env DEBIAN_FRONTEND=noninteractive bash -ec "$step" >"$root/log" 2>&1 </dev/null ||
        { tail -20 "$root/log" >&2; exit 1; }
done
chroot "$root" bash -ec 'cd /tmp && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    mpiexec --oversubscribe -n 2 kinlim run /opt/kinlim/jobs/quickstart/study.yaml --set realizations=2 -o a.h5 --quiet
    kinlim-report a.h5 -o page && test -s page/index.html && kinlim status a.h5 | grep -q "done, 6/6"'

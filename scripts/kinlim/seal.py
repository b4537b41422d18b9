"""The seal behind a results file (docs/file-format.md, Integrity), looked at before libhdf5, which
can crash on a damaged file; a file without one is read in a child process first.

Files of 0.1.0 are sealed by 64-bit FNV-1a: h' = (h XOR b) p mod 2^64 for each byte b. Only the low byte of h
meets b, and bit k of the low byte of a product depends on bits 0..k alone. So the low bytes of all states
follow bit by bit, each by a running XOR, and the rest is a sum:

    (h XOR b) p = (h + d) p,   d = (l XOR b) - l,  l = h mod 256:   h_N = p^N h_0 + sum_n p^(N-n) d_n.
"""

import errno
import os
import resource
import stat

import numpy as np
import xxhash

MARK, MARK_0_1 = b"\nkinlim seal v2\n", b"\nkinlim seal v1\n"
SIZE = len(MARK) + 16
START, PRIME = 0xcbf29ce484222325, 0x100000001b3
BLOCK = 1 << 20


class NotResults(OSError, ValueError):
    """The file is missing, damaged or no results file; the message says which."""


def powers(count):
    """p^count, ..., p^1 mod 2^64."""
    return np.multiply.accumulate(np.full(count, PRIME, np.uint64))[::-1]


def states(low, block):
    """The low byte of the state XOR the byte, for each byte of the block; low: before the first."""
    mixed = np.zeros(len(block), np.uint8)
    for bit in range(8):
        carry = (mixed * np.uint8(PRIME & 255)) >> np.uint8(bit)
        change = (block >> np.uint8(bit) ^ carry) & np.uint8(1)
        before = np.bitwise_xor.accumulate(np.concatenate(([(low >> bit) & 1], change)).astype(np.uint8))
        mixed |= ((before[:-1] ^ block >> np.uint8(bit)) & np.uint8(1)) << np.uint8(bit)
    return mixed


class Fnv1a:
    """The hash of the seals of 0.1.0, of pieces of at most BLOCK bytes."""

    def __init__(self):
        self.value, self.weights = START, powers(BLOCK)

    def update(self, data):
        block = np.frombuffer(data, np.uint8)
        mixed = states(self.value & 255, block)
        change = mixed.astype(np.int64) - (mixed ^ block)
        weights = self.weights[BLOCK - len(block):]
        added = int(np.sum(change.astype(np.uint64) * weights, dtype=np.uint64))
        self.value = (self.value * pow(PRIME, len(block), 1 << 64) + added) % (1 << 64)

    def intdigest(self):
        return self.value


HASHES = {MARK: xxhash.xxh64, MARK_0_1: Fnv1a}


def compare(file, path, size):
    """False if there is no seal."""
    if size < SIZE:
        return False
    file.seek(size - SIZE)
    seal = file.read(SIZE)
    if seal[:len(MARK)] not in HASHES:
        return False
    left = size - SIZE
    length, wanted = (int.from_bytes(seal[at:at + 8], "little") for at in (len(MARK), len(MARK) + 8))
    if length != left:
        raise NotResults(f"{path}: damaged: its length is not the one written")
    file.seek(0)
    found = HASHES[seal[:len(MARK)]]()
    while left > 0:
        data = file.read(min(BLOCK, left))
        if not data:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        found.update(data)
        left -= len(data)
    if found.intdigest() != wanted:
        raise NotResults(f"{path}: damaged: its bytes are not those written")
    return True


def check(path):
    """NotResults if the file is none or its seal is broken; False if it has no seal."""
    try:
        info = os.stat(path)
        if stat.S_ISDIR(info.st_mode):
            raise NotResults(f"{path}: a folder, not a results file")
        if not stat.S_ISREG(info.st_mode):
            raise NotResults(f"{path}: not a file")
        with open(path, "rb") as file:
            return compare(file, path, info.st_size)
    except NotResults:
        raise
    except FileNotFoundError:
        raise NotResults(f"{path}: no such file") from None
    except (OSError, ValueError) as error:    # ValueError: a zero byte in the name
        raise NotResults(f"{path}: cannot read: {getattr(error, 'strerror', None) or error}") from None


def trial(path, read):
    """Calls read(path) in a child process; NotResults if it crashes or does not come to an end."""
    child = os.fork()
    if child == 0:
        try:
            seconds = 60 + os.stat(path).st_size // 10**6
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)    # the C library's words on a broken heap
            read(path)
        except BaseException:    # what is no crash is for the reading that follows
            pass
        finally:
            os._exit(0)
    if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        raise NotResults(f"{path}: damaged: HDF5 breaks down over it")

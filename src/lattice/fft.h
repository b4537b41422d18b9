/* Discrete Fourier transform on the slabs of a group, by FFTW-MPI.
 *
 *   forward   f^(k) = sum_x exp(-2 pi i k.x) f(x)
 *   backward  the inverse, 1/L^d included
 *
 * FFTW cuts axis 0 in blocks of ceil(L/n) planes (for d = 1 all of it lies on
 * rank 0), which may differ from the lattice's slabs; kl_fft_scatter() and
 * kl_fft_gather() move planes between the two. Data are complex, interleaved,
 * planes first..first+count-1 of axis 0 in position space. In momentum space, if there are several
 * ranks, they are planes of axis 1, and in them axis 0 comes before the last one: f^(k1, k0, k2).
 * So planes are sent once a transform; what is symmetric in the axes need not know.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.3)-(2.5); lecture notes (2011), (5.4)-(5.6).
 */
#ifndef KL_LATTICE_FFT_H
#define KL_LATTICE_FFT_H

#include "lattice/lattice.h"

typedef struct kl_fft {
    const kl_lattice *lattice;
    kl_precision precision;
    int64_t first, count; /* planes of this rank in FFTW's distribution */
    void *data;           /* complex, count * plane elements; owned */
    struct kl_fft_plans *plans;
} kl_fft;

/* All collective over the group. KL_ENVIRONMENT: no memory, FFTW failed. */
kl_status kl_fft_create(const kl_lattice *lattice, kl_precision precision, kl_fft *out,
                        kl_error *err);
void kl_fft_destroy(kl_fft *fft);
void kl_fft_forward(kl_fft *fft);
void kl_fft_backward(kl_fft *fft);

/* Moves whole planes: slab (kl_lattice_local() elements, no ghosts) to block
 * (fft->count planes), or back. `element` in bytes. Collective. */
kl_status kl_fft_scatter(const kl_fft *fft, const void *slab, void *block, size_t element,
                         kl_error *err);
kl_status kl_fft_gather(const kl_fft *fft, const void *block, void *slab, size_t element,
                        kl_error *err);

const char *kl_fft_version(void);

#endif

#ifndef PARLEY_CIPHER_H
#define PARLEY_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The ciphers of SRTP. A cipher has one key and one direction and is set up once; for a packet only the initialization
// vector changes, and nothing is allocated. One thread at a time may use a cipher. No bytes: NULL and 0.

/// A key made ready.
typedef struct parley_cipher parley_cipher;

/// AES in Galois/counter mode (RFC 5116) with a key of 16 or 32 bytes, to encrypt or to decrypt. NULL: no memory, no
/// such algorithm, another count of bytes.
parley_cipher *parley_gcm_new(const uint8_t *key, size_t count, bool encrypts);

/// AES-128 in counter mode with a key of 16 bytes, and HMAC-SHA1 with one of 20 (RFC 3711 §4).
parley_cipher *parley_ctr_new(const uint8_t *key, const uint8_t *authenticationKey);

/// Frees a cipher and wipes its keys.
void parley_cipher_free(parley_cipher *cipher);

/// Encrypts `first` and then `second` to `out` and writes 16 bytes of tag behind them. `out` overlaps with neither, or
/// is
/// `first` when there is no `second`. `vector` has 12 bytes.
bool parley_gcm_seal(parley_cipher *cipher, const uint8_t *vector, const uint8_t *clear, size_t clearCount,
                     const uint8_t *first, size_t firstCount, const uint8_t *second, size_t secondCount, uint8_t *out);

/// Decrypts `text` where it stands and says whether the 16 bytes behind it are its tag. When not, the text is
/// destroyed.
bool parley_gcm_open(parley_cipher *cipher, const uint8_t *vector, const uint8_t *clear, size_t clearCount,
                     uint8_t *text, size_t count);

/// Encrypts or decrypts `first` and then `second` to `out`, which overlaps with neither, or is `first` when there is no
/// `second`. `vector` has 16 bytes.
bool parley_ctr_apply(parley_cipher *cipher, const uint8_t *vector, const uint8_t *first, size_t firstCount,
                      const uint8_t *second, size_t secondCount, uint8_t *out);

/// The first 10 bytes of the HMAC-SHA1 of `bytes` and then `more`.
void parley_ctr_tag(const parley_cipher *cipher, const uint8_t *bytes, size_t count, const uint8_t *more,
                    size_t moreCount, uint8_t *tag);

/// `count` bytes of the key stream of AES in counter mode with a key of 16 or 32 bytes: what session keys are made of
/// (RFC 3711 §4.3.3, RFC 6188 §3). Called when a session starts.
bool parley_ctr_stream(const uint8_t *key, size_t keyCount, const uint8_t *vector, uint8_t *out, size_t count);

#endif

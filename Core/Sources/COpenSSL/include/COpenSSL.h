#ifndef PARLEY_COPENSSL_H
#define PARLEY_COPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What Core uses of OpenSSL's libcrypto, so that neither its headers nor its pointers reach Swift. Every function may be
// called from any thread. They answer false when libcrypto has no memory or not the algorithm. No bytes: NULL and 0.

/// MD5 (RFC 1321) of `bytes` into 16 bytes of `digest`.
bool parley_md5(const uint8_t *bytes, size_t count, uint8_t *digest);

/// SHA-256 (FIPS 180-4) of `bytes` into 32 bytes of `digest`.
bool parley_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

/// HMAC-SHA1 (RFC 2104) of `first` and then `second` into 20 bytes of `digest`.
bool parley_hmac_sha1(const uint8_t *key, size_t keyCount, const uint8_t *first, size_t firstCount,
                      const uint8_t *second, size_t secondCount, uint8_t *digest);

/// HMAC-SHA256 of `first` and then `second` into 32 bytes of `digest`.
bool parley_hmac_sha256(const uint8_t *key, size_t keyCount, const uint8_t *first, size_t firstCount,
                        const uint8_t *second, size_t secondCount, uint8_t *digest);

/// Whether `count` bytes are equal, in a time that does not depend on them.
bool parley_equal(const uint8_t *left, const uint8_t *right, size_t count);

#endif

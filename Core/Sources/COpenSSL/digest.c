#include "COpenSSL.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>

// Fetched once: looking an algorithm up by name costs more than running it.
static EVP_MD *md5, *sha256;
static EVP_MAC_CTX *hmacSHA1, *hmacSHA256;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// HMAC with its hash set and no key. It is only ever copied.
static EVP_MAC_CTX *hmac(char *hash) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac == NULL) return NULL;
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                     OSSL_PARAM_construct_end()};
    if (context != NULL && EVP_MAC_CTX_set_params(context, parameters) == 1) return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}

static void prepare(void) {
    md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    hmacSHA1 = hmac("SHA1");
    hmacSHA256 = hmac("SHA2-256");
}

static bool digest_of(EVP_MD *const *algorithm, const uint8_t *bytes, size_t count, uint8_t *digest) {
    pthread_once(&once, prepare);
    return *algorithm != NULL && EVP_Digest(bytes, count, digest, NULL, *algorithm, NULL) == 1;
}

static bool hmac_of(EVP_MAC_CTX *const *algorithm, size_t size, const uint8_t *key, size_t keyCount,
                    const uint8_t *first, size_t firstCount, const uint8_t *second, size_t secondCount,
                    uint8_t *digest) {
    pthread_once(&once, prepare);
    if (*algorithm == NULL) return false;
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(*algorithm);
    if (context == NULL) return false;
    // To OpenSSL no key means the one before, which there is none of.
    const uint8_t none = 0;
    size_t written = 0;
    bool done = EVP_MAC_init(context, key == NULL ? &none : key, keyCount, NULL) == 1
        && EVP_MAC_update(context, first, firstCount) == 1
        && (secondCount == 0 || EVP_MAC_update(context, second, secondCount) == 1)
        && EVP_MAC_final(context, digest, &written, size) == 1 && written == size;
    EVP_MAC_CTX_free(context);
    return done;
}

bool parley_md5(const uint8_t *bytes, size_t count, uint8_t *digest) { return digest_of(&md5, bytes, count, digest); }

bool parley_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) {
    return digest_of(&sha256, bytes, count, digest);
}

bool parley_hmac_sha1(const uint8_t *key, size_t keyCount, const uint8_t *first, size_t firstCount,
                      const uint8_t *second, size_t secondCount, uint8_t *digest) {
    return hmac_of(&hmacSHA1, 20, key, keyCount, first, firstCount, second, secondCount, digest);
}

bool parley_hmac_sha256(const uint8_t *key, size_t keyCount, const uint8_t *first, size_t firstCount,
                        const uint8_t *second, size_t secondCount, uint8_t *digest) {
    return hmac_of(&hmacSHA256, 32, key, keyCount, first, firstCount, second, secondCount, digest);
}

bool parley_equal(const uint8_t *left, const uint8_t *right, size_t count) {
    return count == 0 || CRYPTO_memcmp(left, right, count) == 0;
}

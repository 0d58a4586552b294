// HMAC-SHA1 is built from SHA_CTX, which 3.0 deprecates: EVP_MAC_init of that version allocates for every packet.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "cipher.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>

struct parley_cipher {
    EVP_CIPHER_CTX *context;
    // SHA-1 after the block of the inner and of the outer key (RFC 2104 §4); a packet starts from copies.
    SHA_CTX inner, outer;
};

enum { tagCount = 16, shortTagCount = 10 };

// Fetched once: looking an algorithm up by name costs more than running it.
static EVP_CIPHER *gcm128, *gcm256, *ctr128, *ctr256;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
    gcm128 = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    gcm256 = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    ctr128 = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    ctr256 = EVP_CIPHER_fetch(NULL, "AES-256-CTR", NULL);
}

static parley_cipher *cipher_new(const EVP_CIPHER *algorithm, const uint8_t *key, int encrypts) {
    parley_cipher *cipher = OPENSSL_zalloc(sizeof *cipher);
    if (cipher == NULL) return NULL;
    cipher->context = EVP_CIPHER_CTX_new();
    if (algorithm != NULL && cipher->context != NULL
        && EVP_CipherInit_ex(cipher->context, algorithm, NULL, key, NULL, encrypts) == 1) return cipher;
    parley_cipher_free(cipher);
    return NULL;
}

static void hmac_key(SHA_CTX *state, const uint8_t *key, uint8_t pad) {
    uint8_t block[SHA_CBLOCK];
    memset(block, pad, sizeof block);
    for (int index = 0; index < SHA_DIGEST_LENGTH; index++) block[index] ^= key[index];
    SHA1_Init(state);
    SHA1_Update(state, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

parley_cipher *parley_gcm_new(const uint8_t *key, size_t count, bool encrypts) {
    pthread_once(&once, prepare);
    if (count != 16 && count != 32) return NULL;
    return cipher_new(count == 16 ? gcm128 : gcm256, key, encrypts);
}

parley_cipher *parley_ctr_new(const uint8_t *key, const uint8_t *authenticationKey) {
    pthread_once(&once, prepare);
    parley_cipher *cipher = cipher_new(ctr128, key, 1);
    if (cipher == NULL) return NULL;
    hmac_key(&cipher->inner, authenticationKey, 0x36);
    hmac_key(&cipher->outer, authenticationKey, 0x5C);
    return cipher;
}

void parley_cipher_free(parley_cipher *cipher) {
    if (cipher == NULL) return;
    EVP_CIPHER_CTX_free(cipher->context);
    OPENSSL_clear_free(cipher, sizeof *cipher);
}

// An empty part is left out: to EVP no output means associated data.
static bool update(EVP_CIPHER_CTX *context, uint8_t *out, const uint8_t *bytes, size_t count) {
    int written = 0;
    return count == 0 || EVP_CipherUpdate(context, out, &written, bytes, (int)count) == 1;
}

// Two parts are put together first and encrypted where they stand: another update costs more than the copy, and leaves the
// rest of the text off the blocks' bounds.
bool parley_gcm_seal(parley_cipher *cipher, const uint8_t *vector, const uint8_t *clear, size_t clearCount,
                     const uint8_t *first, size_t firstCount, const uint8_t *second, size_t secondCount, uint8_t *out) {
    EVP_CIPHER_CTX *context = cipher->context;
    uint8_t *end = out + firstCount + secondCount;
    int written = 0;
    if (firstCount == 0) {
        first = second;
    } else if (secondCount > 0) {
        memmove(out, first, firstCount);
        memcpy(out + firstCount, second, secondCount);
        first = out;
    }
    return EVP_CipherInit_ex(context, NULL, NULL, NULL, vector, -1) == 1 && update(context, NULL, clear, clearCount)
        && update(context, out, first, firstCount + secondCount) && EVP_CipherFinal_ex(context, end, &written) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tagCount, end) == 1;
}

bool parley_gcm_open(parley_cipher *cipher, const uint8_t *vector, const uint8_t *clear, size_t clearCount,
                     uint8_t *text, size_t count) {
    EVP_CIPHER_CTX *context = cipher->context;
    uint8_t unused[tagCount];
    int written = 0;
    return EVP_CipherInit_ex(context, NULL, NULL, NULL, vector, -1) == 1 && update(context, NULL, clear, clearCount)
        && update(context, text, text, count)
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tagCount, text + count) == 1
        && EVP_CipherFinal_ex(context, unused, &written) == 1;
}

bool parley_ctr_apply(parley_cipher *cipher, const uint8_t *vector, const uint8_t *first, size_t firstCount,
                      const uint8_t *second, size_t secondCount, uint8_t *out) {
    return EVP_CipherInit_ex(cipher->context, NULL, NULL, NULL, vector, -1) == 1
        && update(cipher->context, out, first, firstCount)
        && update(cipher->context, out + firstCount, second, secondCount);
}

void parley_ctr_tag(const parley_cipher *cipher, const uint8_t *bytes, size_t count, const uint8_t *more,
                    size_t moreCount, uint8_t *tag) {
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA_CTX state = cipher->inner;
    SHA1_Update(&state, bytes, count);
    SHA1_Update(&state, more, moreCount);
    SHA1_Final(digest, &state);
    state = cipher->outer;
    SHA1_Update(&state, digest, sizeof digest);
    SHA1_Final(digest, &state);
    memcpy(tag, digest, shortTagCount);
}

bool parley_ctr_stream(const uint8_t *key, size_t keyCount, const uint8_t *vector, uint8_t *out, size_t count) {
    pthread_once(&once, prepare);
    if (keyCount != 16 && keyCount != 32) return false;
    parley_cipher *cipher = cipher_new(keyCount == 16 ? ctr128 : ctr256, key, 1);
    if (cipher == NULL) return false;
    memset(out, 0, count);
    bool done = parley_ctr_apply(cipher, vector, out, count, NULL, 0, out);
    parley_cipher_free(cipher);
    return done;
}

#include "dtls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

// The time. OpenSSL 3.0 reads gettimeofday itself to see whether a flight is due again. We keep time in Swift instead, so
// that a handshake can be simulated: the timer callback asks for an hour, so nothing is ever due by itself; and the BIO
// is told of every timer through BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT with a pointer to the association's own timeval, which
// lives as long as the association. `parley_dtls_retransmit` sets that to the past before it lets OpenSSL look. From
// OpenSSL 3.2 on the pointer is to a copy: there the timer runs by the real clock, and a simulated handshake that loses
// a flight would wait for it.
#define DRIVES_TIMER (OPENSSL_VERSION_NUMBER < 0x30200000L)

enum { DIGESTS = 8, DIGEST_BYTES = 64, MAX_CERTIFICATE = 3072 };

typedef struct datagram {
    struct datagram *next;
    size_t count;
    uint8_t bytes[];
} datagram;

struct parley_dtls_identity {
    SSL_CTX *context;
    X509 *certificate;
};

struct parley_dtls {
    SSL *ssl;
    // The record that is being read; NULL when OpenSSL has it.
    const uint8_t *in;
    size_t inCount;
    // What OpenSSL wrote and nobody took.
    datagram *first, *last;
    size_t queued;
    uint32_t dropped;
    struct timeval *timer;
    uint32_t flight;
    bool waits, failed, closed, isExpected;
    uint8_t digestCount;
    struct {
        uint8_t count;
        uint8_t bytes[DIGEST_BYTES];
    } digests[DIGESTS];
};

// MARK: - One write is one datagram

static BIO_METHOD *method;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int write_datagram(BIO *bio, const char *bytes, int count) {
    parley_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0) return 0;
    // A link may lose datagrams, so OpenSSL copes with one that is dropped here.
    datagram *new = dtls->queued + (size_t)count > PARLEY_DTLS_QUEUE ? NULL : malloc(sizeof(datagram) + (size_t)count);
    if (new == NULL) {
        dtls->dropped++;
        return count;
    }
    new->next = NULL;
    new->count = (size_t)count;
    memcpy(new->bytes, bytes, (size_t)count);
    if (dtls->last == NULL) dtls->first = new;
    else dtls->last->next = new;
    dtls->last = new;
    dtls->queued += new->count;
    return count;
}

static int read_record(BIO *bio, char *room, int size) {
    parley_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (dtls->in == NULL) {
        BIO_set_retry_read(bio);
        return -1;
    }
    const size_t count = dtls->inCount < (size_t)size ? dtls->inCount : (size_t)size;
    memcpy(room, dtls->in, count);
    dtls->in = NULL;
    return (int)count;
}

static long control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    parley_dtls *dtls = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU: return PARLEY_DTLS_MTU - 48;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return 48;
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: {
        struct timeval *timer = pointer;
        const bool waits = timer->tv_sec != 0 || timer->tv_usec != 0;
        if (!waits) dtls->flight++;
        dtls->waits = waits;
        dtls->timer = DRIVES_TIMER ? timer : NULL;
        return 1;
    }
    default: return 0;
    }
}

static void prepare(void) {
    BIO_METHOD *new = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "parley datagrams");
    if (new == NULL) return;
    BIO_meth_set_write(new, write_datagram);
    BIO_meth_set_read(new, read_record);
    BIO_meth_set_ctrl(new, control);
    method = new;
}

static unsigned int timer_duration(SSL *ssl, unsigned int before) {
    (void)ssl;
    if (DRIVES_TIMER) return 3600u * 1000000u;
    return before == 0 ? 50000 : before < 500000 ? before * 2 : 1000000;
}

// MARK: - Identity

// Instead of looking for an issuer: the certificate has one of the hashes that the description promised (RFC 8122 §6.2).
static int verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    parley_dtls *dtls = ssl == NULL ? NULL : SSL_get_app_data(ssl);
    const X509 *certificate = X509_STORE_CTX_get0_cert(store);
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    if (dtls == NULL || certificate == NULL) return 0;
    for (int index = 0; index < dtls->digestCount; index++) {
        const size_t expected = dtls->digests[index].count;
        const EVP_MD *hash = expected == 20 ? EVP_sha1()
            : expected == 32 ? EVP_sha256()
            : expected == 48 ? EVP_sha384()
                             : EVP_sha512();
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned int count = 0;
        if (X509_digest(certificate, hash, digest, &count) != 1 || count != expected) continue;
        if (CRYPTO_memcmp(digest, dtls->digests[index].bytes, count) != 0) continue;
        dtls->isExpected = true;
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    return 0;
}

static X509 *make_certificate(EVP_PKEY *key, int64_t wall) {
    X509 *certificate = X509_new();
    uint64_t serial = 0;
    if (certificate == NULL) return NULL;
    X509_NAME *name = X509_get_subject_name(certificate);
    const bool done = RAND_bytes((uint8_t *)&serial, sizeof serial) == 1
        && X509_set_version(certificate, 2) == 1
        && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1
        && ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(wall - 86400)) != NULL
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(wall + 3650LL * 86400)) != NULL
        && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"WebRTC", -1, -1, 0) == 1
        && X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1
        && X509_sign(certificate, key, EVP_sha256()) > 0;
    if (done) return certificate;
    X509_free(certificate);
    return NULL;
}

static bool configure(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, NULL);
    SSL_CTX_set_max_cert_list(context, MAX_CERTIFICATE);
    // Records are never larger than a datagram, so neither need the buffers for them be.
    SSL_CTX_set_max_send_fragment(context, PARLEY_DTLS_MTU);
    return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1
        && SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1
        && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-ECDSA-AES128-SHA") == 1
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1
        // The order is ours: the fastest first. It answers 0 for success.
        && SSL_CTX_set_tlsext_use_srtp(
               context, "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80") == 0;
}

parley_dtls_identity *parley_dtls_identity_new(int64_t wall) {
    pthread_once(&once, prepare);
    parley_dtls_identity *identity = calloc(1, sizeof *identity);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (identity != NULL && key != NULL && method != NULL) {
        identity->certificate = make_certificate(key, wall);
        identity->context = SSL_CTX_new(DTLS_method());
        if (identity->certificate != NULL && identity->context != NULL && configure(identity->context)
            && SSL_CTX_use_certificate(identity->context, identity->certificate) == 1
            && SSL_CTX_use_PrivateKey(identity->context, key) == 1) {
            EVP_PKEY_free(key);
            return identity;
        }
    }
    EVP_PKEY_free(key);
    parley_dtls_identity_free(identity);
    return NULL;
}

void parley_dtls_identity_free(parley_dtls_identity *identity) {
    if (identity == NULL) return;
    SSL_CTX_free(identity->context);
    X509_free(identity->certificate);
    free(identity);
}

bool parley_dtls_identity_digest(const parley_dtls_identity *identity, uint8_t *digest) {
    unsigned int count = 0;
    return X509_digest(identity->certificate, EVP_sha256(), digest, &count) == 1 && count == 32;
}

// MARK: - Association

parley_dtls *parley_dtls_new(parley_dtls_identity *identity, bool is_server) {
    parley_dtls *dtls = calloc(1, sizeof *dtls);
    if (dtls == NULL) return NULL;
    dtls->ssl = SSL_new(identity->context);
    BIO *bio = BIO_new(method);
    if (dtls->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        parley_dtls_free(dtls);
        return NULL;
    }
    BIO_set_data(bio, dtls);
    BIO_set_init(bio, 1);
    SSL_set_bio(dtls->ssl, bio, bio);
    SSL_set_app_data(dtls->ssl, dtls);
    DTLS_set_link_mtu(dtls->ssl, PARLEY_DTLS_MTU);
    DTLS_set_timer_cb(dtls->ssl, timer_duration);
    if (is_server) SSL_set_accept_state(dtls->ssl);
    else SSL_set_connect_state(dtls->ssl);
    return dtls;
}

void parley_dtls_free(parley_dtls *dtls) {
    if (dtls == NULL) return;
    SSL_free(dtls->ssl);
    while (dtls->first != NULL) {
        datagram *next = dtls->first->next;
        free(dtls->first);
        dtls->first = next;
    }
    free(dtls);
}

bool parley_dtls_expect(parley_dtls *dtls, const uint8_t *digest, size_t count) {
    if (dtls->digestCount == DIGESTS || (count != 20 && count != 32 && count != 48 && count != 64)) return false;
    dtls->digests[dtls->digestCount].count = (uint8_t)count;
    memcpy(dtls->digests[dtls->digestCount].bytes, digest, count);
    dtls->digestCount++;
    return true;
}

// Reads what came after the handshake: alerts, repeated flights, data that nobody asked for.
static void drain(parley_dtls *dtls) {
    uint8_t data[2048];
    int result;
    do {
        ERR_clear_error();
        result = SSL_read(dtls->ssl, data, sizeof data);
    } while (result > 0);
    const int error = SSL_get_error(dtls->ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) dtls->closed = true;
}

static parley_dtls_state proceed(parley_dtls *dtls) {
    if (dtls->failed) return PARLEY_DTLS_FAILED;
    if (dtls->closed) return PARLEY_DTLS_CLOSED;
    if (!SSL_is_init_finished(dtls->ssl)) {
        ERR_clear_error();
        const int result = SSL_do_handshake(dtls->ssl);
        if (result != 1) {
            const int error = SSL_get_error(dtls->ssl, result);
            if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return PARLEY_DTLS_HANDSHAKING;
            dtls->failed = true;
            ERR_clear_error();
            return PARLEY_DTLS_FAILED;
        }
        return PARLEY_DTLS_ESTABLISHED;
    }
    drain(dtls);
    ERR_clear_error();
    parley_dtls_compact(dtls);
    return dtls->closed ? PARLEY_DTLS_CLOSED : PARLEY_DTLS_ESTABLISHED;
}

parley_dtls_state parley_dtls_start(parley_dtls *dtls) { return proceed(dtls); }

parley_dtls_state parley_dtls_receive(parley_dtls *dtls, const uint8_t *record, size_t count) {
    dtls->in = record;
    dtls->inCount = count;
    const parley_dtls_state state = proceed(dtls);
    dtls->in = NULL;
    return state;
}

bool parley_dtls_takes_encrypted(const parley_dtls *dtls) {
    const OSSL_HANDSHAKE_STATE state = SSL_get_state(dtls->ssl);
    return SSL_is_init_finished(dtls->ssl) || state == TLS_ST_SR_CHANGE || state == TLS_ST_CR_CHANGE;
}

bool parley_dtls_waits(const parley_dtls *dtls, uint32_t *flight) {
    *flight = dtls->flight;
    return dtls->waits && !dtls->failed && !dtls->closed;
}

parley_dtls_state parley_dtls_retransmit(parley_dtls *dtls) {
    if (dtls->failed || dtls->closed || !dtls->waits) return proceed(dtls);
    if (dtls->timer != NULL) *dtls->timer = (struct timeval){.tv_sec = 1, .tv_usec = 0};
    ERR_clear_error();
    if (SSL_alloc_buffers(dtls->ssl) != 1 || DTLSv1_handle_timeout(dtls->ssl) < 0) dtls->failed = true;
    ERR_clear_error();
    return dtls->failed ? PARLEY_DTLS_FAILED : proceed(dtls);
}

size_t parley_dtls_take(parley_dtls *dtls, uint8_t *room, size_t count) {
    datagram *first = dtls->first;
    if (first == NULL || first->count > count) return 0;
    const size_t taken = first->count;
    memcpy(room, first->bytes, taken);
    dtls->first = first->next;
    if (dtls->first == NULL) dtls->last = NULL;
    dtls->queued -= taken;
    free(first);
    return taken;
}

uint32_t parley_dtls_dropped(const parley_dtls *dtls) { return dtls->dropped; }

uint16_t parley_dtls_profile(const parley_dtls *dtls) {
    SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
    return profile == NULL ? 0 : (uint16_t)profile->id;
}

bool parley_dtls_export(const parley_dtls *dtls, uint8_t *material, size_t count) {
    static const char label[] = "EXTRACTOR-dtls_srtp";
    return dtls->isExpected && SSL_is_init_finished(dtls->ssl)
        && SSL_export_keying_material(dtls->ssl, material, count, label, sizeof label - 1, NULL, 0, 0) == 1;
}

void parley_dtls_shutdown(parley_dtls *dtls) {
    if (dtls->failed || dtls->closed || !SSL_is_init_finished(dtls->ssl)) return;
    ERR_clear_error();
    // OpenSSL 3.0 makes the buffers that were given back again when it reads DTLS, but not when it writes.
    if (SSL_alloc_buffers(dtls->ssl) == 1) SSL_shutdown(dtls->ssl);
    ERR_clear_error();
    dtls->closed = true;
}

void parley_dtls_compact(parley_dtls *dtls) {
    if (SSL_is_init_finished(dtls->ssl)) SSL_free_buffers(dtls->ssl);
}

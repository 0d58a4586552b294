#ifndef PARLEY_DTLS_H
#define PARLEY_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// DTLS 1.2 over datagrams that somebody else carries: OpenSSL never sees a socket or the time. One record goes in at a
// time, whole datagrams come out, and a retransmission happens when it is asked for. Nothing of OpenSSL's reaches Swift.
// A parley_dtls_identity may be used from any thread, a parley_dtls by one at a time.

/// A certificate with its key, and what all associations have in common.
typedef struct parley_dtls_identity parley_dtls_identity;

/// One association: a handshake and what comes of it.
typedef struct parley_dtls parley_dtls;

/// Where an association stands.
typedef enum {
    PARLEY_DTLS_HANDSHAKING = 0,
    PARLEY_DTLS_ESTABLISHED = 1,
    /// The other end said goodbye, or broke off.
    PARLEY_DTLS_CLOSED = 2,
    /// The handshake cannot succeed any more.
    PARLEY_DTLS_FAILED = 3,
} parley_dtls_state;

/// Makes a key on P-256 and a certificate for it, valid from the Unix time `wall` minus a day for ten years. NULL without
/// memory or randomness.
parley_dtls_identity *parley_dtls_identity_new(int64_t wall);
void parley_dtls_identity_free(parley_dtls_identity *identity);

/// SHA-256 of the certificate, 32 bytes.
bool parley_dtls_identity_digest(const parley_dtls_identity *identity, uint8_t *digest);

/// A new association. The identity has to outlive it. NULL without memory.
parley_dtls *parley_dtls_new(parley_dtls_identity *identity, bool is_server);
void parley_dtls_free(parley_dtls *dtls);

/// Adds a hash that the other end's certificate may have: 20, 32, 48 or 64 bytes of SHA-1, -256, -384 or -512. False when
/// there are eight already, or for another count. Without any hash no certificate is right.
bool parley_dtls_expect(parley_dtls *dtls, const uint8_t *digest, size_t count);

/// Begins the handshake as client, or sees what a server has to do; both send what is due.
parley_dtls_state parley_dtls_start(parley_dtls *dtls);

/// Takes one record.
parley_dtls_state parley_dtls_receive(parley_dtls *dtls, const uint8_t *record, size_t count);

/// Whether an encrypted record can be understood already.
bool parley_dtls_takes_encrypted(const parley_dtls *dtls);

/// Whether an answer is waited for, so that there is something to send again. `flight` rises with every new flight.
bool parley_dtls_waits(const parley_dtls *dtls, uint32_t *flight);

/// Sends the last flight again.
parley_dtls_state parley_dtls_retransmit(parley_dtls *dtls);

/// Takes the next datagram to send; 0 when there is none or the room is too small.
size_t parley_dtls_take(parley_dtls *dtls, uint8_t *room, size_t count);

/// Datagrams that were dropped because `PARLEY_DTLS_QUEUE` bytes waited already.
uint32_t parley_dtls_dropped(const parley_dtls *dtls);

/// The number of the SRTP protection profile (RFC 5764 §4.1.2, RFC 7714 §14.2); 0 when none was agreed on.
uint16_t parley_dtls_profile(const parley_dtls *dtls);

/// Keying material for SRTP (RFC 5764 §4.2) into `count` bytes. Only of an established association whose certificate was
/// expected.
bool parley_dtls_export(const parley_dtls *dtls, uint8_t *material, size_t count);

/// Says goodbye.
void parley_dtls_shutdown(parley_dtls *dtls);

/// Gives back what only a handshake needs. It is made again should the other end repeat its last flight.
void parley_dtls_compact(parley_dtls *dtls);

/// Bytes of datagrams that may wait to be taken.
enum { PARLEY_DTLS_QUEUE = 32768 };

/// Bytes of a datagram on the link, with IP and UDP: what passes everywhere (the smallest MTU of IPv6 is 1,280).
enum { PARLEY_DTLS_MTU = 1200 };

#endif

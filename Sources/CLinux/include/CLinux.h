/// What the media plane needs of Linux and Swift's Glibc module does not show: batches of datagrams, their control
/// messages, epoll, eventfd, a few socket options, threads with a name.
///
/// Nothing here decides anything. Functions that can fail return a count or zero, or an error as `-errno`: nobody has to
/// read errno behind Swift code that may have changed it.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>

// MARK: Addresses

/// An address as integers in the machine's order; IPv4 as IPv6 writes it, ::ffff:a.b.c.d.
struct linux_address {
    uint64_t high;
    uint64_t low;
    uint16_t port;
};

/// Room for a `sockaddr_in` or a `sockaddr_in6`, at a quarter of `sockaddr_storage`.
struct linux_name {
    _Alignas(8) uint8_t bytes[32];
};

/// Reads a socket name of `length` bytes. False for families other than IPv4 and IPv6.
bool linux_address_read(const void *name, socklen_t length, struct linux_address *address);

/// Writes a socket name for a socket of `family` (AF_INET or AF_INET6) and returns its length.
/// 0 when an IPv6 address does not fit an IPv4 socket.
socklen_t linux_address_write(struct linux_name *name, int family, struct linux_address address);

// MARK: Datagrams

/// `struct mmsghdr`: one datagram of a batch.
struct linux_message {
    struct msghdr header;
    /// Bytes received or sent.
    unsigned int length;
};

/// Room for the control messages of one datagram: where it arrived or leaves, and its segments.
#define LINUX_CONTROL_BYTES 64

/// recvmmsg(2) that does not wait. The number of datagrams, or -errno.
int linux_receive(int descriptor, struct linux_message *messages, unsigned int count);

/// sendmmsg(2) that neither waits nor raises SIGPIPE. The number of datagrams sent, or the first one's -errno.
int linux_send(int descriptor, struct linux_message *messages, unsigned int count);

/// The address of this machine that a datagram was sent to (IP_PKTINFO, IPV6_PKTINFO). Its port is left alone.
/// `*segment` becomes the size of the datagrams that UDP_GRO joined, or 0. False when the kernel did not say the address.
bool linux_control_read(const struct msghdr *header, struct linux_address *local, uint16_t *segment);

/// Writes the control messages of a datagram into `room` of LINUX_CONTROL_BYTES: leave from `local` (NULL: the kernel
/// chooses) and cut into segments of `segment` bytes (0: do not, UDP_SEGMENT). Returns their length.
size_t linux_control_write(void *room, int family, const struct linux_address *local, uint16_t segment);

// MARK: Sockets

enum linux_option {
    /// Several sockets share a port; a client always reaches the same one.
    LINUX_REUSE_PORT,
    LINUX_REUSE_ADDRESS,
    /// An IPv6 socket leaves IPv4 to others.
    LINUX_V6_ONLY,
    /// Control messages say which address a datagram was sent to.
    LINUX_PACKET_INFO_V4,
    LINUX_PACKET_INFO_V6,
    /// Datagrams leave without DF, and large ones are cut in pieces.
    LINUX_FRAGMENT_V4,
    LINUX_FRAGMENT_V6,
    /// Bytes of the kernel's queues; more than the system allows becomes what it allows.
    LINUX_RECEIVE_BUFFER,
    LINUX_SEND_BUFFER,
    /// Joined datagrams are received together (UDP_GRO).
    LINUX_JOIN_RECEIVED,
    /// Data leaves at once instead of waiting for more (TCP_NODELAY).
    LINUX_NO_DELAY,
    /// Milliseconds until unacknowledged data ends a TCP connection.
    LINUX_USER_TIMEOUT,
};

/// Sets a socket option; 0 or -errno.
int linux_set_option(int descriptor, enum linux_option option, int value);

/// Whether the kernel can cut datagrams into segments (UDP_SEGMENT) for this UDP socket.
bool linux_can_segment(int descriptor);

/// A socket that does not block and is not passed on to child processes; the descriptor or -errno.
/// `type` is SOCK_STREAM or SOCK_DGRAM.
int linux_socket(int family, int type);

/// accept4(2): a connection that does not block; the descriptor or -errno.
int linux_accept(int descriptor, struct linux_address *peer);

/// The address a socket is bound to (getsockname(2)); 0 or -errno.
int linux_local_address(int descriptor, struct linux_address *local);

/// bind(2); 0 or -errno.
int linux_bind(int descriptor, int family, struct linux_address address);

/// The address from which this machine would send to another one; no packet leaves. 0 or -errno.
int linux_source_address(struct linux_address destination, int family, struct linux_address *source);

/// Lets the process have as many descriptors as the system allows it. 0 or -errno.
int linux_raise_descriptor_limit(void);

// MARK: Events

/// epoll_create1(2), eventfd(2): a descriptor or -errno.
int linux_poll_create(void);
int linux_event_create(void);

/// Adds, changes or removes what is waited for (`operation` is EPOLL_CTL_ADD, _MOD, _DEL); 0 or -errno.
/// `token` comes back with the event.
int linux_poll_control(int poll, int operation, int descriptor, uint32_t events, uint64_t token);

/// epoll_wait(2): the number of events, or -errno. A negative time waits without end.
int linux_poll_wait(int poll, struct epoll_event *events, int count, int milliseconds);

/// What an event is about; epoll_event is packed, which not every caller may touch.
static inline uint64_t linux_event_token(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t linux_event_flags(const struct epoll_event *event) { return event->events; }

// MARK: Threads

/// Starts a thread with a name of at most 15 bytes and a stack of fixed size. 0 or -errno.
int linux_thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*body)(void *), void *context);

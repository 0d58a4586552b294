#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

_Static_assert(sizeof(struct linux_message) == sizeof(struct mmsghdr), "struct linux_message is struct mmsghdr");
_Static_assert(offsetof(struct linux_message, length) == offsetof(struct mmsghdr, msg_len), "struct mmsghdr's length");
_Static_assert(sizeof(struct linux_name) >= sizeof(struct sockaddr_in6), "a name holds both families");
_Static_assert(
    LINUX_CONTROL_BYTES >= CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)), "control messages fit"
);

static int result(int value) { return value < 0 ? -errno : value; }

// MARK: Addresses

static const uint64_t mapped_prefix = 0x0000FFFF00000000;

static uint64_t from_wire(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return __builtin_bswap64(value);
}

static void to_wire(uint8_t *bytes, uint64_t value) {
    value = __builtin_bswap64(value);
    memcpy(bytes, &value, sizeof value);
}

bool linux_address_read(const void *name, socklen_t length, struct linux_address *address) {
    const struct sockaddr *any = name;
    if (length >= sizeof(struct sockaddr_in) && any->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = name;
        address->high = 0;
        address->low = mapped_prefix | ntohl(v4->sin_addr.s_addr);
        address->port = ntohs(v4->sin_port);
        return true;
    }
    if (length >= sizeof(struct sockaddr_in6) && any->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = name;
        address->high = from_wire(v6->sin6_addr.s6_addr);
        address->low = from_wire(v6->sin6_addr.s6_addr + 8);
        address->port = ntohs(v6->sin6_port);
        return true;
    }
    return false;
}

socklen_t linux_address_write(struct linux_name *name, int family, struct linux_address address) {
    if (family == AF_INET) {
        if (address.high != 0 || (address.low & ~0xFFFFFFFFull) != mapped_prefix) return 0;
        struct sockaddr_in *v4 = (struct sockaddr_in *)name;
        memset(v4, 0, sizeof *v4);
        v4->sin_family = AF_INET;
        v4->sin_addr.s_addr = htonl((uint32_t)address.low);
        v4->sin_port = htons(address.port);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)name;
    memset(v6, 0, sizeof *v6);
    v6->sin6_family = AF_INET6;
    to_wire(v6->sin6_addr.s6_addr, address.high);
    to_wire(v6->sin6_addr.s6_addr + 8, address.low);
    v6->sin6_port = htons(address.port);
    return sizeof *v6;
}

// MARK: Datagrams

int linux_receive(int descriptor, struct linux_message *messages, unsigned int count) {
    return result(recvmmsg(descriptor, (struct mmsghdr *)messages, count, MSG_DONTWAIT, NULL));
}

int linux_send(int descriptor, struct linux_message *messages, unsigned int count) {
    return result(sendmmsg(descriptor, (struct mmsghdr *)messages, count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

bool linux_control_read(const struct msghdr *header, struct linux_address *local, uint16_t *segment) {
    bool is_known = false;
    *segment = 0;
    for (struct cmsghdr *each = CMSG_FIRSTHDR(header); each != NULL; each = CMSG_NXTHDR((struct msghdr *)header, each)) {
        if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(each), sizeof info);
            local->high = 0;
            local->low = mapped_prefix | ntohl(info.ipi_addr.s_addr);
            is_known = true;
        } else if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(each), sizeof info);
            local->high = from_wire(info.ipi6_addr.s6_addr);
            local->low = from_wire(info.ipi6_addr.s6_addr + 8);
            is_known = true;
        } else if (each->cmsg_level == IPPROTO_UDP && each->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(each), sizeof size);
            *segment = (uint16_t)size;
        }
    }
    return is_known;
}

/// Puts one control message at `place` and returns the bytes it takes.
static size_t put(uint8_t *place, int level, int type, const void *data, size_t count) {
    struct cmsghdr *header = (struct cmsghdr *)place;
    memset(place, 0, CMSG_SPACE(count));
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(count);
    memcpy(CMSG_DATA(header), data, count);
    return CMSG_SPACE(count);
}

size_t linux_control_write(void *room, int family, const struct linux_address *local, uint16_t segment) {
    size_t count = 0;
    if (local != NULL && family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)local->low)};
        count += put(room, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else if (local != NULL) {
        struct in6_pktinfo info = {0};
        to_wire(info.ipi6_addr.s6_addr, local->high);
        to_wire(info.ipi6_addr.s6_addr + 8, local->low);
        count += put(room, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    if (segment != 0) count += put((uint8_t *)room + count, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    return count;
}

// MARK: Sockets

int linux_set_option(int descriptor, enum linux_option option, int value) {
    int level = SOL_SOCKET, name = 0;
    // With the privilege, as much as is asked for; without it, what sysctl net.core.rmem_max allows.
    if (option == LINUX_RECEIVE_BUFFER) name = SO_RCVBUFFORCE;
    if (option == LINUX_SEND_BUFFER) name = SO_SNDBUFFORCE;
    if (name != 0 && setsockopt(descriptor, level, name, &value, sizeof value) == 0) return 0;
    switch (option) {
        case LINUX_REUSE_PORT: name = SO_REUSEPORT; break;
        case LINUX_REUSE_ADDRESS: name = SO_REUSEADDR; break;
        case LINUX_RECEIVE_BUFFER: name = SO_RCVBUF; break;
        case LINUX_SEND_BUFFER: name = SO_SNDBUF; break;
        case LINUX_V6_ONLY: level = IPPROTO_IPV6; name = IPV6_V6ONLY; break;
        case LINUX_PACKET_INFO_V4: level = IPPROTO_IP; name = IP_PKTINFO; break;
        case LINUX_PACKET_INFO_V6: level = IPPROTO_IPV6; name = IPV6_RECVPKTINFO; break;
        case LINUX_FRAGMENT_V4:
            level = IPPROTO_IP; name = IP_MTU_DISCOVER;
            value = value ? IP_PMTUDISC_DONT : IP_PMTUDISC_WANT;
            break;
        case LINUX_FRAGMENT_V6:
            level = IPPROTO_IPV6; name = IPV6_MTU_DISCOVER;
            value = value ? IPV6_PMTUDISC_DONT : IPV6_PMTUDISC_WANT;
            break;
        case LINUX_JOIN_RECEIVED: level = IPPROTO_UDP; name = UDP_GRO; break;
        case LINUX_NO_DELAY: level = IPPROTO_TCP; name = TCP_NODELAY; break;
        case LINUX_USER_TIMEOUT: level = IPPROTO_TCP; name = TCP_USER_TIMEOUT; break;
    }
    return result(setsockopt(descriptor, level, name, &value, sizeof value));
}

bool linux_can_segment(int descriptor) {
    int size = 0;
    socklen_t length = sizeof size;
    return getsockopt(descriptor, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

int linux_socket(int family, int type) {
    return result(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int linux_accept(int descriptor, struct linux_address *peer) {
    struct linux_name name;
    socklen_t length = sizeof name;
    int accepted = accept4(descriptor, (struct sockaddr *)&name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) linux_address_read(&name, length, peer);
    return result(accepted);
}

int linux_local_address(int descriptor, struct linux_address *local) {
    struct linux_name name;
    socklen_t length = sizeof name;
    if (getsockname(descriptor, (struct sockaddr *)&name, &length) < 0) return -errno;
    return linux_address_read(&name, length, local) ? 0 : -EAFNOSUPPORT;
}

int linux_bind(int descriptor, int family, struct linux_address address) {
    struct linux_name name;
    socklen_t length = linux_address_write(&name, family, address);
    if (length == 0) return -EAFNOSUPPORT;
    return result(bind(descriptor, (const struct sockaddr *)&name, length));
}

int linux_source_address(struct linux_address destination, int family, struct linux_address *source) {
    struct linux_name name;
    socklen_t length = linux_address_write(&name, family, destination);
    if (length == 0) return -EAFNOSUPPORT;
    int probe = linux_socket(family, SOCK_DGRAM);
    if (probe < 0) return probe;
    int error = result(connect(probe, (const struct sockaddr *)&name, length));
    if (error == 0) error = linux_local_address(probe, source);
    close(probe);
    return error;
}

int linux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    return result(setrlimit(RLIMIT_NOFILE, &limit));
}

// MARK: Events

int linux_poll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int linux_event_create(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int linux_poll_control(int poll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return result(epoll_ctl(poll, operation, descriptor, &event));
}

int linux_poll_wait(int poll, struct epoll_event *events, int count, int milliseconds) {
    return result(epoll_wait(poll, events, count, milliseconds));
}

// MARK: Threads

int linux_thread_start(pthread_t *thread, const char *name, size_t stack_bytes, void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return -error;
    error = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (error == 0) error = pthread_create(thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    if (error == 0) pthread_setname_np(*thread, name);
    return -error;
}

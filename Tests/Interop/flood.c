/* Sends STUN messages with forged IPv4 sources as fast as asked; for namespaces of tests only. Templates come as lines of
 * hex on standard input; every packet gets a new transaction id and a new source port.
 *
 *   flood DESTINATION PORT COUNT PACKETS_PER_SECOND SOURCE|random SEED
 *
 * Prints how many packets went out and how many milliseconds it took. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LARGEST = 1500, TEMPLATES = 64, HEADERS = sizeof(struct iphdr) + sizeof(struct udphdr) };

static uint64_t state;

static uint64_t next_random(void) { /* splitmix64 */
    uint64_t mixed = (state += 0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static unsigned char templates[TEMPLATES][LARGEST];
static int sizes[TEMPLATES];

static int read_templates(void) {
    static char line[2 * LARGEST + 2];
    int count = 0;
    while (count < TEMPLATES && fgets(line, sizeof line, stdin)) {
        int size = 0;
        unsigned byte;
        while (size < LARGEST - HEADERS && sscanf(line + 2 * size, "%2x", &byte) == 1) templates[count][size++] = byte;
        if (size >= 20) sizes[count++] = size;
    }
    return count;
}

/* A packet of IP, UDP and STUN; returns its length. */
static int build(unsigned char *packet, uint32_t source, uint32_t destination, uint16_t port, const unsigned char *message, int size) {
    struct iphdr *ip = (struct iphdr *)packet;
    struct udphdr *udp = (struct udphdr *)(ip + 1);
    memset(packet, 0, HEADERS);
    ip->version = 4;
    ip->ihl = 5;
    ip->ttl = 64;
    ip->protocol = IPPROTO_UDP;
    ip->tot_len = htons(HEADERS + size);
    ip->saddr = source;
    ip->daddr = destination;
    udp->source = htons(1024 + next_random() % 64000);
    udp->dest = htons(port);
    udp->len = htons(sizeof *udp + size);
    memcpy(packet + HEADERS, message, size);
    for (int index = 8; index < 20; index += 4) {
        uint32_t random = next_random();
        memcpy(packet + HEADERS + index, &random, 4);
    }
    return HEADERS + size;
}

int main(int count, char **arguments) {
    if (count != 7) return 64;
    uint32_t destination = inet_addr(arguments[1]);
    uint16_t port = atoi(arguments[2]);
    long wanted = atol(arguments[3]), sent = 0, failed = 0;
    double rate = atof(arguments[4]);
    int is_random = !strcmp(arguments[5], "random");
    uint32_t source = is_random ? 0 : inet_addr(arguments[5]);
    state = strtoull(arguments[6], NULL, 10);
    int kinds = read_templates(), line = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (kinds == 0 || line < 0) return 1;
    static unsigned char packets[BATCH][LARGEST];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = destination};
    double begin = seconds();
    while (sent < wanted) {
        struct mmsghdr messages[BATCH];
        struct iovec vectors[BATCH];
        int batch = wanted - sent < BATCH ? wanted - sent : BATCH;
        memset(messages, 0, sizeof messages);
        for (int index = 0; index < batch; index++) {
            /* Sources that are anybody's: 64.0.0.0 to 127.255.255.255 without the last network. */
            if (is_random) source = htonl(0x40000000 | (next_random() % 0x3E000000));
            int kind = next_random() % kinds;
            vectors[index].iov_base = packets[index];
            vectors[index].iov_len = build(packets[index], source, destination, port, templates[kind], sizes[kind]);
            messages[index].msg_hdr = (struct msghdr){
                .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &vectors[index], .msg_iovlen = 1};
        }
        int done = sendmmsg(line, messages, batch, 0);
        if (done <= 0) {
            if (++failed > 1000) break;
            done = 0;
        }
        sent += done;
        double ahead = sent / rate - (seconds() - begin);
        if (ahead > 0.0005) {
            struct timespec pause = {.tv_nsec = ahead > 0.9 ? 900000000 : (long)(ahead * 1e9)};
            nanosleep(&pause, NULL);
        }
    }
    printf("%ld %ld\n", sent, (long)((seconds() - begin) * 1000));
    return 0;
}

/* Debian's turnutils_uclient picks channel numbers at random out of RFC 5766's range, 0x4000 to 0x7FFF. RFC 8656 ends it at
 * 0x4FFF, as later releases of uclient do. This stands before OpenSSL's RAND_bytes (LD_PRELOAD) and clears the two bits that
 * make the difference in every long that uclient draws; nothing else in it minds. */
#define _GNU_SOURCE
#include <dlfcn.h>

int RAND_bytes(unsigned char *buffer, int count) {
    static int (*real)(unsigned char *, int);
    if (!real) real = (int (*)(unsigned char *, int))dlsym(RTLD_NEXT, "RAND_bytes");
    int result = real(buffer, count);
    if (count == sizeof(long)) buffer[1] &= 0xCF;
    return result;
}

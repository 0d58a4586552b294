#ifndef PARLEY_CZLIB_H
#define PARLEY_CZLIB_H

#include <zlib.h>

/// deflateInit2 is a macro, which Swift cannot see. Window bits 15 + 16 ask for a gzip wrapper.
static inline int parleyDeflateInitGzip(z_stream *stream) {
    return deflateInit2(stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
}

#endif

package dev.guard.redis;

import dev.guard.domain.CorruptStateException;
import java.util.Arrays;

/** Reads what {@link ByteWriter} and the scripts write. Whatever else it finds is a {@link CorruptStateException}. */
final class ByteReader {

    private final byte[] bytes;
    private int at;

    ByteReader(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    int at() {
        return at;
    }

    boolean atEnd() {
        return at == bytes.length;
    }

    int octet() {
        require(1);
        return bytes[at++] & 0xff;
    }

    int pair() {
        return (octet() << 8) | octet();
    }

    /** Four bytes, the highest one first, as a count of bytes that follow. */
    int length() {
        long length = ((long) pair() << 16) | pair();
        require(length);
        return (int) length;
    }

    double number() {
        require(Double.BYTES);
        long bits = 0;
        for (int i = 0; i < Double.BYTES; i++) {
            bits = (bits << 8) | (bytes[at++] & 0xff);
        }
        return Double.longBitsToDouble(bits);
    }

    /** A double that is a whole number; one that is beyond all longs is the nearest of them. */
    long whole() {
        double number = number();
        if (number != Math.rint(number)) {
            throw new CorruptStateException("the value of a key has " + number + " at byte " + (at - Double.BYTES)
                    + ", expected a whole number");
        }
        return (long) number;
    }

    long varint() {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int digits = octet();
            number |= (digits & 127L) << shift;
            if (digits < 128) {
                return number;
            }
        }
        throw new CorruptStateException("the value of a key has no end of a number before byte " + at);
    }

    /** What {@link ByteWriter#scaled} wrote. */
    long scaled() {
        int first = octet();
        long number = (first >>> 4) & 7L;
        if (first >= 128) {
            number |= varint() << 3;
        }
        for (int zeros = first & 15; zeros > 0; zeros--) {
            number *= 10;
        }
        return number;
    }

    byte[] bytes(int length) {
        require(length);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    byte[] text() {
        return bytes(octet());
    }

    private void require(long length) {
        if (length > bytes.length - at) {
            throw new CorruptStateException(
                    "the value of a key ends after " + bytes.length + " bytes, expected " + (at + length) + " or more");
        }
    }
}

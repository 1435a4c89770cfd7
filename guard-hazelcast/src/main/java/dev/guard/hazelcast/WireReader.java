package dev.guard.hazelcast;

import java.util.Arrays;

/** Reads what {@link WireWriter} wrote. Whatever else it finds is a {@link WireException}. */
final class WireReader {

    private final byte[] bytes;
    private int at;

    WireReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int octet() {
        require(1);
        return bytes[at++] & 0xff;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new WireException("no end of a number before byte " + at);
    }

    /** A count of things that take a byte each, or more. */
    int count() {
        long count = number();
        require(count);
        return (int) count;
    }

    /** A number that fits an int and is not below 0. */
    int whole() {
        long number = number();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new WireException(number + " before byte " + at + ", expected 0 to " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    long fixed() {
        require(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << Byte.SIZE) | (bytes[at++] & 0xff);
        }
        return value;
    }

    String text() {
        char[] text = new char[count()];
        for (int i = 0; i < text.length; i++) {
            long number = number();
            if (number < 0 || number > Character.MAX_VALUE) {
                throw new WireException(number + " before byte " + at + ", expected a character");
            }
            text[i] = (char) number;
        }
        return new String(text);
    }

    byte[] block() {
        int length = count();
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    void end() {
        if (at != bytes.length) {
            throw new WireException((bytes.length - at) + " bytes follow, expected the end");
        }
    }

    private void require(long length) {
        if (length < 0 || length > bytes.length - at) {
            throw new WireException("the end after " + bytes.length + " bytes, expected " + length + " more");
        }
    }
}

package dev.guard.domain.counter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow at the end: numbers in base 128 with the lowest digits first, texts of ASCII behind their length. */
final class StateWriter {

    private byte[] bytes = new byte[64];
    private int length;

    /** One byte, the lowest eight bits of {@code value}. */
    void octet(int value) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) value;
    }

    /**
     * A number of 0 or more: one byte up to 127, nine at most.
     *
     * @throws IllegalArgumentException if it is below 0
     */
    void number(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + ": " + value + ", expected 0 or more");
        }
        unsigned(value);
    }

    /** Any number, short where it is close to 0. */
    void signed(long value) {
        unsigned((value << 1) ^ (value >> 63));
    }

    /** A text of at most 127 characters of ASCII. */
    void text(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        octet(ascii.length);
        for (byte octet : ascii) {
            octet(octet);
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            octet((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
    }
}

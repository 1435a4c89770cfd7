package dev.guard.redis;

import java.util.Arrays;

/** Bytes in the forms that scripts read. */
final class ByteWriter {

    private byte[] bytes;
    private int length;

    ByteWriter(int capacity) {
        this.bytes = new byte[capacity];
    }

    ByteWriter octet(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Two bytes, the higher one first. */
    ByteWriter pair(int value) {
        return octet(value >>> 8).octet(value);
    }

    /** A whole number as a double, its highest byte first; one beyond 2<sup>53</sup> is the nearest that there is. */
    ByteWriter number(long value) {
        reserve(Double.BYTES);
        long bits = Double.doubleToRawLongBits((double) value);
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes[length++] = (byte) (bits >>> shift);
        }
        return this;
    }

    /** A number ≥ 0 in base 128, its lowest digits first, 128 added to each but the last. */
    ByteWriter varint(long value) {
        long left = value;
        while (left >= 128) {
            octet((int) (left & 127) | 128);
            left >>>= 7;
        }
        return octet((int) left);
    }

    /**
     * A number ≥ 0 without the zeros at its decimal end: the first byte holds how many those are and the lowest three bits, 128 added where
     * more follows, the rest as a {@link #varint}. Capacities and periods are round: most take a byte.
     */
    ByteWriter scaled(long value) {
        long left = value;
        int zeros = 0;
        while (left != 0 && left % 10 == 0) {
            left /= 10;
            zeros++;
        }
        int first = (int) (left & 7) << 4 | zeros;
        return left < 8 ? octet(first) : octet(first | 128).varint(left >>> 3);
    }

    ByteWriter bytes(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** Up to 255 bytes, after a byte that says how many. */
    ByteWriter text(byte[] text) {
        return octet(text.length).bytes(text);
    }

    /** Up to 65,535 bytes, after two that say how many. */
    ByteWriter block(byte[] block) {
        return pair(block.length).bytes(block);
    }

    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}

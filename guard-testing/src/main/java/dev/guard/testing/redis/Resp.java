package dev.guard.testing.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RESP2, as bytes. */
final class Resp {

    private static final byte[] END = {'\r', '\n'};

    private Resp() {}

    /** A request, or any array of bulk strings. */
    static byte[] request(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(line('*', String.valueOf(parts.length)));
        for (byte[] part : parts) {
            out.writeBytes(bulk(part));
        }
        return out.toByteArray();
    }

    private static byte[] bulk(byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(line('$', String.valueOf(value.length)));
        out.writeBytes(value);
        out.writeBytes(END);
        return out.toByteArray();
    }

    private static byte[] line(char type, String text) {
        return (type + text + "\r\n").getBytes(UTF_8);
    }

    static byte[][] utf8(String... parts) {
        return Arrays.stream(parts).map(part -> part.getBytes(UTF_8)).toArray(byte[][]::new);
    }

    /**
     * Reads one value: {@code byte[]} for simple and bulk strings, {@link Long}, {@link List}, {@link RespErrorException} for an
     * error, or null.
     *
     * @throws EOFException if the stream ends before the value does
     * @throws IOException if what comes is not RESP2
     */
    static @Nullable Object read(InputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            throw new EOFException("The other side closed the connection");
        }
        byte[] line = readLine(in);
        return switch (type) {
            case '+' -> line;
            case '-' -> new RespErrorException(new String(line, UTF_8));
            case ':' -> number(line);
            case '$' -> readBulk(in, number(line));
            case '*' -> readArray(in, number(line));
            default -> throw new IOException("Expected a reply of RESP2, but it begins with byte " + type);
        };
    }

    private static byte @Nullable [] readBulk(InputStream in, long length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] value = in.readNBytes(Math.toIntExact(length));
        if (value.length < length) {
            throw new EOFException("The other side closed the connection inside of a reply");
        }
        if (readByte(in) != '\r') {
            throw new IOException("A string of " + length + " bytes goes on");
        }
        readLineFeed(in);
        return value;
    }

    private static @Nullable List<@Nullable Object> readArray(InputStream in, long size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            values.add(read(in));
        }
        return values;
    }

    private static byte[] readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = readByte(in);
            if (next == '\r') {
                readLineFeed(in);
                return line.toByteArray();
            }
            line.write(next);
        }
    }

    private static void readLineFeed(InputStream in) throws IOException {
        if (readByte(in) != '\n') {
            throw new IOException("A line has a CR without LF");
        }
    }

    private static int readByte(InputStream in) throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("The other side closed the connection inside of a reply");
        }
        return next;
    }

    private static long number(byte[] line) throws IOException {
        String text = new String(line, ISO_8859_1);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("Expected a number, got \"" + text + "\"", e);
        }
    }
}

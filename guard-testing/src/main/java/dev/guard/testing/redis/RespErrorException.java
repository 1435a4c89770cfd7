package dev.guard.testing.redis;

/** An error reply, such as {@code NOSCRIPT No matching script.}; its message is the whole line. The connection stays usable. */
public final class RespErrorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RespErrorException(String line) {
        super(line);
    }

    /** The first word, such as {@code NOSCRIPT}. */
    public String code() {
        String line = String.valueOf(getMessage());
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }
}

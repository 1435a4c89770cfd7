package dev.guard.redis;

/** The server answered with an error. */
public final class RedisErrorReply extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what the server said, beginning with the error's code, such as {@code NOSCRIPT No matching script}
     */
    public RedisErrorReply(String message) {
        super(message, null, false, false);
    }

    /** What the server said, beginning with the error's code. */
    public String text() {
        return String.valueOf(getMessage());
    }
}

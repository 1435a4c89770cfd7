package dev.guard.domain;

/**
 * The root of every error that guard raises on purpose: an HTTP status that an adapter may answer with, and a detail
 * that names what went wrong. Neither ever holds a secret.
 */
public class GuardException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int statusCode;

    /**
     * Makes an error.
     *
     * @param statusCode the HTTP status that fits the error, 400 to 599
     * @param detail what went wrong, in words for the reader of a log
     */
    public GuardException(int statusCode, String detail) {
        super(detail);
        this.statusCode = statusCode;
    }

    /** Makes an error that another one caused. */
    public GuardException(int statusCode, String detail, Throwable cause) {
        super(detail, cause);
        this.statusCode = statusCode;
    }

    /** The HTTP status that fits the error. */
    public final int statusCode() {
        return statusCode;
    }

    /** What went wrong; the same text as {@link #getMessage()}. */
    public final String detail() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}

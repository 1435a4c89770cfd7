package dev.guard.redis;

/** The server answered with an error. */
public final class RedisErrorReply extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** How servers before 7.0 begin the error of a script, and what they say of the line at which a command met one. */
    private static final String OF_SCRIPT = "ERR Error running script ";

    private static final String LINE = "@user_script: ";
    private static final String ERROR = ": -";

    /**
     * Makes one. Where a command that a script called met the error, older servers say first which line of the script that was; it is
     * left out.
     *
     * @param message what the server said, such as {@code NOSCRIPT No matching script}
     */
    public RedisErrorReply(String message) {
        super(withoutLine(message), null, false, false);
    }

    private static String withoutLine(String message) {
        int line = message.indexOf(LINE);
        if (line != 0 && !message.startsWith(OF_SCRIPT)) {
            return message;
        }
        int error = line < 0 ? -1 : message.indexOf(ERROR, line);
        boolean isOfCommand = error > line + LINE.length()
                && message.substring(line + LINE.length(), error).chars().allMatch(c -> c >= '0' && c <= '9');
        return isOfCommand ? message.substring(error + ERROR.length()) : message;
    }

    /** What the server said, beginning with the error's code. */
    public String text() {
        return String.valueOf(getMessage());
    }
}

package dev.guard.redis;

import java.util.regex.Pattern;

/** The server answered with an error. */
public final class RedisErrorReply extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What servers before 7.0 say before the error of a command that a script called. */
    private static final Pattern OF_SCRIPT = Pattern.compile(
            "^(ERR Error running script \\(call to \\w+\\): @user_script:\\d+: )?@user_script: \\d+: -");

    /**
     * Makes one. Where a command that a script called met the error, older servers say first which line of the script that was; it is
     * left out.
     *
     * @param message what the server said, such as {@code NOSCRIPT No matching script}
     */
    public RedisErrorReply(String message) {
        super(OF_SCRIPT.matcher(message).replaceFirst(""), null, false, false);
    }

    /** What the server said, beginning with the error's code. */
    public String text() {
        return String.valueOf(getMessage());
    }
}

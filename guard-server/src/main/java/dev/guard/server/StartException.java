package dev.guard.server;

import java.util.List;

/** The program does not start: what to tell the user, a line for each error, and the exit status. */
final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String explanation;

    private StartException(int exitCode, String explanation) {
        super(explanation);
        this.exitCode = exitCode;
        this.explanation = explanation;
    }

    /** A wrong option, variable or file. */
    static StartException configuration(String message) {
        return new StartException(ExitCode.USAGE, message);
    }

    /** The errors of a file. */
    static StartException configuration(List<String> errors) {
        return new StartException(ExitCode.USAGE, String.join(System.lineSeparator(), errors));
    }

    /** A store that production cannot do without. */
    static StartException store(String message) {
        return new StartException(ExitCode.STORE, message);
    }

    /** Anything that went wrong though the configuration is right. */
    static StartException failed(String message) {
        return new StartException(ExitCode.FAILED, message);
    }

    String explanation() {
        return explanation;
    }

    int exitCode() {
        return exitCode;
    }
}

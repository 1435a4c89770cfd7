package dev.guard.server;

/** What the program's exit status says; scripts rely on it. */
final class ExitCode {

    /** It did what was asked, and a server that was told to stop has stopped. */
    static final int GOOD = 0;

    /** It failed while it ran: the port is taken, an answer could not be written. */
    static final int FAILED = 1;

    /** It was called or configured wrongly; nothing was started. */
    static final int USAGE = 2;

    /** It refused to start because of the store: no address, not reachable, wrong password, or it could lose what guard relies on. */
    static final int STORE = 3;

    private ExitCode() {}
}

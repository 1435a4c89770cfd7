package dev.guard.server;

import java.util.List;

/** The program {@code guard}. */
public final class Main {

    private Main() {}

    /** Runs the program; see {@code guard --help}. */
    public static void main(String[] arguments) {
        System.exit(GuardCommand.run(List.of(arguments), new Environment(System.getenv()), Console.standard()));
    }
}

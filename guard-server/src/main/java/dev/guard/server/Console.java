package dev.guard.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * What the program says to the people who start it, in UTF-8 whatever the locale: what it does to the standard output,
 * why it does not to the standard error.
 */
final class Console {

    private final PrintWriter out;
    private final PrintWriter err;

    Console(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    static Console standard() {
        return new Console(writer(FileDescriptor.out), writer(FileDescriptor.err));
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    void warn(String line) {
        say("⚠ " + line);
    }

    void error(String lines) {
        err.println("❌ " + lines);
        err.flush();
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }
}

package dev.guard.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** A run of the program in this process, of one that ends by itself. */
record GuardRun(int status, String out, String err) {

    static GuardRun of(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = GuardCommand.run(
                List.of(arguments),
                new Environment(environment),
                new Console(new PrintWriter(out, true), new PrintWriter(err, true)));
        return new GuardRun(status, out.toString(), err.toString());
    }
}

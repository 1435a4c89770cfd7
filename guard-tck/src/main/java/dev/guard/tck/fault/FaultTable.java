package dev.guard.tck.fault;

import dev.guard.domain.BackendUnavailableException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What calls did under each fault, in each mode. For one thread. */
final class FaultTable {

    private final String title;
    private final Duration deadline;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    FaultTable(String title, Duration deadline) {
        this.title = title;
        this.deadline = deadline;
    }

    /** The row of a fault in a mode. */
    Row row(String fault, String mode) {
        return rows.computeIfAbsent(fault + " | " + mode, name -> new Row());
    }

    /** What came of the calls of one fault in one mode. */
    static final class Row {
        private int calls;
        private int answered;
        private int allowedWithoutTheStore;
        private int local;
        private int events;
        private int heldUp;
        private long longest;
        private long slowestRecovery;
        private final Map<Reason, Integer> reasons = new EnumMap<>(Reason.class);

        void call(long nanos) {
            calls++;
            longest = Math.max(longest, nanos);
        }

        /** The store answered. */
        void answered() {
            answered++;
        }

        /** Permits were given, and the store did not give them. */
        void allowedWithoutTheStore() {
            allowedWithoutTheStore++;
        }

        /** It was answered locally. */
        void local() {
            local++;
        }

        /**
         * The machine let a call wait until its time was over, whatever the store said. That happens once, and not again and again under one
         * fault: then it is the client that waits.
         */
        void heldUp() {
            heldUp++;
            if (heldUp > 1) {
                throw new AssertionError(
                        "calls wait until their deadline, and the store did not make them: " + reasons);
            }
        }

        void event() {
            events++;
        }

        void reason(Reason reason) {
            reasons.merge(reason, 1, Integer::sum);
        }

        void recovery(long nanos) {
            slowestRecovery = Math.max(slowestRecovery, nanos);
        }
    }

    int allowedWithoutTheStore() {
        return rows.values().stream()
                .mapToInt(row -> row.allowedWithoutTheStore)
                .sum();
    }

    int local() {
        return rows.values().stream().mapToInt(row -> row.local).sum();
    }

    /** The table as Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("# " + title);
        lines.add("");
        lines.add(rows.values().stream().mapToInt(row -> row.calls).sum() + " calls with a deadline of "
                + deadline.toMillis() + " ms.");
        lines.add("");
        lines.add("| fault | mode | calls | allowed without the store | by the store | local | events"
                + " | longest call / deadline | unavailable, or local, for | back after |");
        lines.add("|---|---|---|---|---|---|---|---|---|---|");
        rows.forEach((name, row) ->
                lines.add("| " + name + " | " + row.calls + " | " + row.allowedWithoutTheStore + " | "
                        + row.answered + " | " + row.local + " | " + row.events + " | "
                        + String.format(Locale.ROOT, "%.2f", (double) row.longest / deadline.toNanos()) + " | "
                        + row.reasons.entrySet().stream()
                                .map(reason -> reason.getKey() + " " + reason.getValue())
                                .collect(Collectors.joining(", "))
                        + " | " + row.slowestRecovery / 1_000_000 + " ms |"));
        return String.join("\n", lines) + "\n";
    }

    /** Writes a file, and makes its folder. */
    static void write(Path file, String text) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, text);
    }
}

package dev.guard.bench.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.guard.testing.redis.RespConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What servers say of themselves, asked over connections of our own. One thread may use it. */
final class ServerWatch implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String OF_COMMAND = "cmdstat_";
    private static final String END = "the end of what is watched";

    private final List<String> addresses;
    private final List<RespConnection> connections = new ArrayList<>();

    ServerWatch(List<String> addresses) throws IOException {
        this.addresses = addresses;
        for (String address : addresses) {
            connections.add(connect(address));
        }
    }

    private static RespConnection connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        return RespConnection.open(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)), PATIENCE);
    }

    /** Removes all keys. */
    void clear() throws IOException {
        for (RespConnection connection : connections) {
            connection.command("FLUSHALL");
        }
    }

    /**
     * Counters of a server since it was started.
     *
     * @param cpuMicros processor time
     * @param commands calls of all commands, those in scripts included, ours not
     * @param scripts calls of scripts
     * @param scriptMicros the time that they took
     * @param memory bytes in use
     */
    record Reading(double cpuMicros, double commands, double scripts, double scriptMicros, double memory) {

        Reading minus(Reading before) {
            return new Reading(
                    cpuMicros - before.cpuMicros,
                    commands - before.commands,
                    scripts - before.scripts,
                    scriptMicros - before.scriptMicros,
                    memory - before.memory);
        }

        Reading plus(Reading other) {
            return new Reading(
                    cpuMicros + other.cpuMicros,
                    commands + other.commands,
                    scripts + other.scripts,
                    scriptMicros + other.scriptMicros,
                    memory + other.memory);
        }
    }

    /** Ends all connections but ours: what is left of one takes memory. */
    void endOthers() throws IOException {
        for (RespConnection connection : connections) {
            connection.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
    }

    /** The counters of each server. */
    List<Reading> read() throws IOException {
        List<Reading> readings = new ArrayList<>();
        for (RespConnection connection : connections) {
            readings.add(read(connection));
        }
        return readings;
    }

    /** What was counted between two readings, by each server. */
    static List<Reading> between(List<Reading> before, List<Reading> after) {
        List<Reading> differences = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            differences.add(after.get(i).minus(before.get(i)));
        }
        return differences;
    }

    /** All servers together. */
    static Reading sum(List<Reading> readings) {
        return readings.stream().reduce(new Reading(0, 0, 0, 0, 0), Reading::plus);
    }

    private static Reading read(RespConnection connection) throws IOException {
        Map<String, String> cpu = info(connection, "cpu");
        double commands = 0;
        double scripts = 0;
        double scriptMicros = 0;
        for (Map.Entry<String, String> entry : info(connection, "commandstats").entrySet()) {
            String command = entry.getKey().substring(OF_COMMAND.length());
            double calls = number(entry.getValue(), "calls=");
            if (command.equals("evalsha") || command.equals("eval")) {
                scripts += calls;
                scriptMicros += number(entry.getValue(), "usec=");
            }
            if (!command.equals("info")) {
                commands += calls;
            }
        }
        return new Reading(
                1e6
                        * (Double.parseDouble(field(cpu, "used_cpu_user"))
                                + Double.parseDouble(field(cpu, "used_cpu_sys"))),
                commands,
                scripts,
                scriptMicros,
                Double.parseDouble(field(info(connection, "memory"), "used_memory")));
    }

    /** The number after a name in {@code calls=1,usec=2,…}. */
    private static double number(String statistics, String name) {
        int start = statistics.indexOf(name) + name.length();
        int end = statistics.indexOf(',', start);
        return Double.parseDouble(statistics.substring(start, end < 0 ? statistics.length() : end));
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException("INFO has no " + name);
        }
        return value;
    }

    private static Map<String, String> info(RespConnection connection, String section) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        if (connection.command("INFO", section) instanceof byte[] text) {
            new String(text, UTF_8).lines().forEach(line -> {
                int colon = line.indexOf(':');
                if (colon > 0 && line.charAt(0) != '#') {
                    fields.put(line.substring(0, colon), line.substring(colon + 1));
                }
            });
        }
        return fields;
    }

    /** Something that is watched. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** How many commands clients send while something is done, scripts' own not counted, as {@code MONITOR} shows them. */
    long commandsSent(Work work) throws IOException, InterruptedException {
        List<RespConnection> monitors = new ArrayList<>();
        try {
            for (String address : addresses) {
                RespConnection monitor = connect(address);
                monitors.add(monitor);
                monitor.command("MONITOR");
            }
            work.run();
            long sent = 0;
            for (int i = 0; i < monitors.size(); i++) {
                connections.get(i).command("ECHO", END);
                String line = line(monitors.get(i));
                for (; !line.endsWith("\"" + END + "\""); line = line(monitors.get(i))) {
                    // 1700000000.123456 [0 lua] "GET" …, or with an address instead of lua
                    if (!line.startsWith("lua]", line.indexOf(' ', line.indexOf('[')) + 1)) {
                        sent++;
                    }
                }
            }
            return sent;
        } finally {
            monitors.forEach(RespConnection::close);
        }
    }

    private static String line(RespConnection monitor) throws IOException {
        return monitor.receive() instanceof byte[] line ? new String(line, UTF_8) : "";
    }

    @Override
    public void close() {
        connections.forEach(RespConnection::close);
    }
}

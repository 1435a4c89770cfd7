package dev.guard.hazelcast;

import dev.guard.tck.fault.ProcessFaults;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A member in a JVM of its own. */
final class MemberProcess implements AutoCloseable {

    private final Process process;
    private final ProcessFaults faults;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private MemberProcess(Process process) {
        this.process = process;
        this.faults = ProcessFaults.of(process);
        Thread reader = new Thread(this::read, "member-output");
        reader.setDaemon(true);
        reader.start();
    }

    static MemberProcess start(Map<String, String> settings) throws IOException {
        return start(
                System.getProperty("java.class.path"),
                List.of(),
                MemberMain.class.getName(),
                settings.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
    }

    static MemberProcess start(String classPath, List<String> options, String main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(arguments);
        return new MemberProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("the output ended with " + e);
        }
    }

    MemberProcess up() {
        awaitLine(MemberMain.UP);
        return this;
    }

    void awaitLine(String part) {
        Patience.until("a line with '" + part + "' in " + lines, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the member ended with " + lines);
            }
            return lines.stream().anyMatch(line -> line.contains(part));
        });
    }

    /**
     * Waits until all are up and every key has its backup among them, as each of them sees it, and it has stayed so for as long. Until then a loss
     * may forget keys, as it may after another loss.
     */
    static void awaitRest(List<MemberProcess> members, Duration calm) {
        members.forEach(MemberProcess::up);
        long[] since = {0};
        Patience.until("all members are at rest", Duration.ofSeconds(90), () -> {
            for (MemberProcess member : members) {
                if (!member.isAtRest(members.size())) {
                    since[0] = 0;
                    return false;
                }
            }
            since[0] = since[0] == 0 ? System.nanoTime() : since[0];
            return System.nanoTime() - since[0] >= calm.toNanos();
        });
    }

    /** Whether every key has its backup among so many members just now, as this one sees it. */
    private boolean isAtRest(int members) throws IOException {
        int before = answers().size();
        process.getOutputStream().write('?');
        process.getOutputStream().flush();
        Patience.until("an answer of the member", () -> answers().size() > before);
        return answers().get(before).equals(MemberMain.AT_REST + members);
    }

    private List<String> answers() {
        return lines.stream()
                .filter(line -> line.startsWith(MemberMain.AT_REST))
                .toList();
    }

    /** Ends it as a power cut would. */
    void kill() {
        faults.kill();
    }

    /** Lets it fall silent, as a machine that hangs: its connections stay, and nobody answers. */
    void pause() {
        faults.pause();
    }

    /** Lets it go on where it was. */
    void resume() {
        faults.resume();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

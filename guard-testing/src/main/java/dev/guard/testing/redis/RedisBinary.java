package dev.guard.testing.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code redis-server} that runs here.
 *
 * @param path the file
 * @param version such as {@code 7.0.15}
 * @param origin where it was found, for errors
 */
record RedisBinary(Path path, String version, String origin) {

    /** The lowest version that guard supports. */
    static final String FLOOR = "6.2";

    private static final String CURRENT_ARTIFACT = "org.signal:embedded-redis";
    private static final String FLOOR_ARTIFACT = "com.github.codemonstur:embedded-redis";
    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)\\.(\\d+)");
    private static final long ANSWER_SECONDS = 10;

    /** The first that is at least of version {@value #FLOOR}: that on the path, then that of a Maven artifact. */
    static RedisBinary current() {
        return find(System.getenv("PATH"), "redis-server " + FLOOR + " or newer", binary -> true);
    }

    /** The first that speaks TLS, which not every build does. */
    static RedisBinary speakingTls() {
        return find(
                System.getenv("PATH"), "redis-server " + FLOOR + " or newer that speaks TLS", RedisBinary::speaksTls);
    }

    /** The first of the lowest version that guard supports. */
    static RedisBinary floor() {
        return find(System.getenv("PATH"), "redis-server " + FLOOR, binary -> binary.version.startsWith(FLOOR + "."));
    }

    /**
     * The first that fits.
     *
     * @param searchPath the folders to look in first, as in the environment variable {@code PATH}
     * @param wanted what fits, for the error
     * @throws IllegalStateException if there is none; the message lists what was found, and why it does not do
     */
    static RedisBinary find(@Nullable String searchPath, String wanted, Predicate<RedisBinary> fits) {
        List<String> refused = new ArrayList<>();
        Path installed = onPath(searchPath);
        if (installed == null) {
            refused.add("no redis-server on the PATH");
        } else {
            RedisBinary binary = tryOut(installed, installed + " (PATH)", fits, refused);
            if (binary != null) {
                return binary;
            }
        }
        for (String[] packed : packedFor(systemName(), processorName())) {
            String origin = packed[1] + " (artifact " + packed[0] + ")";
            Path file = RedisHome.get().executable(RedisBinary.class.getClassLoader(), packed[1]);
            if (file == null) {
                refused.add(origin + " is not on the class path");
                continue;
            }
            RedisBinary binary = tryOut(file, origin, fits, refused);
            if (binary != null) {
                return binary;
            }
        }
        throw new IllegalStateException("Found no " + wanted + " for " + systemName() + "-" + processorName()
                + "; install one on the PATH, or set " + RedisServers.URL + " for the tests that need no server of"
                + " their own. Looked at: " + String.join("; ", refused));
    }

    private static @Nullable RedisBinary tryOut(
            Path file, String origin, Predicate<RedisBinary> fits, List<String> refused) {
        String answer = run(file, "--version");
        Matcher matcher = VERSION.matcher(answer);
        if (!matcher.find()) {
            refused.add(origin + " does not run: " + answer.strip());
            return null;
        }
        RedisBinary binary = new RedisBinary(file, matcher.group().substring("v=".length()), origin);
        if (!binary.isAtLeast(6, 2) || !fits.test(binary)) {
            refused.add(origin + " is " + binary.version);
            return null;
        }
        return binary;
    }

    /** Whether it is at least of this version. */
    boolean isAtLeast(int major, int minor) {
        Matcher matcher = VERSION.matcher("v=" + version);
        if (!matcher.find()) {
            throw new IllegalStateException("Not a version: " + version);
        }
        int ownMajor = Integer.parseInt(matcher.group(1));
        return ownMajor > major || (ownMajor == major && Integer.parseInt(matcher.group(2)) >= minor);
    }

    /** Asks with a setting that no server accepts; one without TLS does not know its name. */
    private boolean speaksTls() {
        return !run(path, "--tls-port", "none").contains("Bad directive");
    }

    private static @Nullable Path onPath(@Nullable String searchPath) {
        if (searchPath == null) {
            return null;
        }
        for (String folder : searchPath.split(Pattern.quote(File.pathSeparator), -1)) {
            Path file = Path.of(folder, "redis-server");
            if (!folder.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toAbsolutePath();
            }
        }
        return null;
    }

    /** Artifacts and the resources in them, in the order in which they are tried. */
    private static List<String[]> packedFor(String system, String processor) {
        String floor = system.equals("linux") && processor.equals("arm64") ? "6.2.7" : "6.2.6-v5";
        return List.of(
                new String[] {CURRENT_ARTIFACT, "redis-server-7.0.15-" + system + "-" + processor},
                // The file's name says 6.2.6, the server 6.2.11.
                new String[] {FLOOR_ARTIFACT, "redis-server-" + floor + "-" + system + "-" + processor});
    }

    private static String systemName() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name;
    }

    private static String processorName() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    /** What it prints, or why it cannot be run. */
    private static String run(Path file, String... arguments) {
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = RedisHome.launch(new ProcessBuilder(command).redirectErrorStream(true));
            try (InputStream out = process.getInputStream()) {
                // It ends by itself: each of these commands only prints.
                String answer = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS);
                return answer;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + file + " was tried", e);
        }
    }
}

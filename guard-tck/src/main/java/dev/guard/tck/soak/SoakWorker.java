package dev.guard.tck.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a worker's process. It does what its standard input says, line by line, and ends with it; each line is answered with one
 * that begins with {@value #SIGN}, so that whatever else is printed is told apart. Settings come that way too and never as arguments, which
 * anybody on the machine can read.
 *
 * <table>
 * <caption>The orders</caption>
 * <tr><th>order</th><th>what is done</th><th>answer</th></tr>
 * <tr><td>{@code name=value}</td><td>a setting is taken, percent-encoded</td><td>none</td></tr>
 * <tr><td>{@code open}</td><td>the guard is built</td><td>{@code up}, or the error</td></tr>
 * <tr><td>{@code go}, {@code rest}</td><td>the callers call, or stop until told</td><td>how many calls are under way</td></tr>
 * <tr><td>{@code answers}</td><td>waits until every caller is answered again</td><td>true or false</td></tr>
 * <tr><td>{@code totals}</td><td></td><td>see {@link Callers#totals}</td></tr>
 * <tr><td>{@code look}</td><td>garbage is collected</td><td>bytes in use, live threads</td></tr>
 * <tr><td>{@code threads}</td><td></td><td>the names of live threads, between tabs</td></tr>
 * <tr><td>{@code asked}</td><td></td><td>how many subjects of all, and of this one, were asked about</td></tr>
 * <tr><td>{@code counts shared 7}, {@code counts own 7}</td><td></td><td>{@link Subjects#counts}</td></tr>
 * <tr><td>{@code remaining shared 7}</td><td>the store is asked</td><td>what remains, or the error</td></tr>
 * <tr><td>{@code notes}</td><td></td><td>what must not have come, between tabs</td></tr>
 * </table>
 */
final class SoakWorker {

    static final String SIGN = "guard-soak: ";
    static final String UP = "up";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int COLLECTIONS = 10;
    private static final long STABLE = 16 << 10;

    private final Map<String, String> settings = new HashMap<>();
    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private @Nullable Opened opened;

    /** What there is once the guard is built. */
    private record Opened(
            Guard guard, RateLimiter limiter, Subjects shared, Subjects own, Callers callers, long patienceNanos) {}

    private SoakWorker() {}

    /** Works until the standard input ends. */
    public static void main(String[] arguments) throws IOException {
        SoakWorker worker = new SoakWorker();
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                OutputStream answers = new FileOutputStream(FileDescriptor.out)) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                int equals = order.indexOf('=');
                if (equals > 0) {
                    worker.settings.put(decoded(order.substring(0, equals)), decoded(order.substring(equals + 1)));
                } else {
                    answers.write((SIGN + worker.answerOrError(order) + "\n").getBytes(UTF_8));
                }
            }
        } finally {
            // Without a word to the backend, which may hang: the process is to end whatever becomes of it.
            Runtime.getRuntime().halt(0);
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }

    private String answerOrError(String order) {
        try {
            return answer(order);
        } catch (RuntimeException e) {
            return oneLine(e);
        }
    }

    private String answer(String order) {
        if (order.equals("open")) {
            opened = open();
            // What it takes to look is loaded now, and not between two looks.
            look();
            threadNames();
            return UP;
        }
        Opened at = opened;
        if (at == null) {
            return "not open, expected the order open before '" + order + "'";
        }
        int space = order.indexOf(' ');
        return switch (space < 0 ? order : order.substring(0, space)) {
            case "go" -> {
                at.callers.go();
                yield "0";
            }
            case "rest" -> String.valueOf(at.callers.rest(at.patienceNanos));
            case "answers" -> String.valueOf(at.callers.awaitAnswers(at.patienceNanos));
            case "totals" -> at.callers.totals();
            case "look" -> look();
            case "threads" -> threadNames();
            case "asked" -> at.shared.asked() + " " + at.own.asked();
            case "counts" -> subjects(at, order).counts(number(order));
            case "remaining" -> remaining(at, subjects(at, order).name(number(order)));
            case "notes" -> String.join("\t", at.callers.notes()).replace('\n', ' ');
            default ->
                throw new IllegalArgumentException(
                        "the order is '" + order + "', expected one that " + SoakWorker.class.getName() + " knows");
        };
    }

    private static Subjects subjects(Opened at, String order) {
        return order.contains(" shared ") ? at.shared : at.own;
    }

    private static int number(String order) {
        return Integer.parseInt(order.substring(order.lastIndexOf(' ') + 1));
    }

    private static String oneLine(Exception error) {
        return error.toString().replace('\n', ' ');
    }

    private String setting(String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new IllegalStateException("the setting " + name + " is missing");
        }
        return value;
    }

    private Opened open() {
        String backend = setting("backend");
        Guard.Builder builder =
                Guard.builder().backend(backend).deadline(Duration.ofNanos(Long.parseLong(setting("deadline"))));
        settings.forEach((name, value) -> {
            if (name.startsWith("backends.")) {
                builder.setting(name, value);
            }
        });
        Guard guard = builder.build();
        RateLimiter limiter = guard.limiter(Policy.of("soak", Limit.parse(Soak.LIMIT + "/1d fixed")))
                .tenant(setting("tenant"));
        String number = setting("number");
        Subjects shared = new Subjects("all-");
        Subjects own = new Subjects("own-" + number + "-");
        Callers callers = new Callers(limiter, backend, shared, own, Long.parseLong(setting("seed")));
        return new Opened(guard, limiter, shared, own, callers, PATIENCE.toNanos() * Long.parseLong(setting("factor")));
    }

    /** What remains of a subject. It is asked again while the store is away. */
    private static String remaining(Opened at, String subject) {
        long end = System.nanoTime() + at.patienceNanos;
        while (true) {
            try {
                Decision decision = at.limiter.peek(subject);
                return String.valueOf(decision.remaining());
            } catch (BackendUnavailableException e) {
                if (System.nanoTime() - end > 0) {
                    return oneLine(e);
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    private String threadNames() {
        return Stream.of(threads.dumpAllThreads(false, false))
                .map(ThreadInfo::getThreadName)
                .sorted()
                .collect(Collectors.joining("\t"))
                .replace('\n', ' ');
    }

    /** What is in use after collections that find no more, and how many threads live. */
    private String look() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            // What the first one finds with a finalizer or a cleaner goes with the second.
            System.gc();
            System.gc();
            long used = memory.getHeapMemoryUsage().getUsed();
            boolean stable = least - used < STABLE;
            least = Math.min(least, used);
            if (stable && i > 0) {
                break;
            }
            LockSupport.parkNanos(PAUSE);
        }
        return least + " " + threads.getThreadCount();
    }
}

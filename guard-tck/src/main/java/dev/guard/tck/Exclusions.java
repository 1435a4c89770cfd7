package dev.guard.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rules that a backend is known not to keep, as the file {@value #FILE} beside its test class says. A line is the number
 * of a rule, or the number, a slash and the name of one of its methods; and after a space the reason. Empty lines and lines
 * that begin with {@code #} say nothing.
 */
final class Exclusions {

    static final String FILE = "guard-tck-exclusions.txt";

    private final List<Entry> entries;
    private final List<String> mistakes;

    private record Entry(String rule, String reason) {
        boolean names(String number, String method) {
            return rule.equals(number) || rule.equals(number + "/" + method);
        }
    }

    private Exclusions(List<Entry> entries, List<String> mistakes) {
        this.entries = entries;
        this.mistakes = mistakes;
    }

    /** The exclusions beside a test class. */
    static Exclusions of(Class<?> test) {
        try (InputStream file = test.getResourceAsStream(FILE)) {
            return file == null ? parse("") : parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FILE + " beside " + test.getName(), e);
        }
    }

    static Exclusions parse(String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> mistakes = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String entry = line.strip();
            if (entry.isEmpty() || entry.startsWith("#")) {
                continue;
            }
            int space = 0;
            while (space < entry.length() && !Character.isWhitespace(entry.charAt(space))) {
                space++;
            }
            String reason = entry.substring(space).strip();
            if (reason.isEmpty()) {
                mistakes.add("line " + number + ": '" + entry
                        + "' gives no reason, expected the rule, a space and why it" + " is not kept");
            } else {
                entries.add(new Entry(entry.substring(0, space), reason));
            }
        }
        return new Exclusions(entries, mistakes);
    }

    /** Why a rule is excluded, if it is. */
    Optional<String> reason(String number, String method) {
        return entries.stream()
                .filter(entry -> entry.names(number, method))
                .map(Entry::reason)
                .findFirst();
    }

    /** What is wrong with the file itself: entries without a reason, and entries that none of these rules goes by. */
    List<String> mistakes(Collection<RuleMethod> rules) {
        List<String> all = new ArrayList<>(mistakes);
        for (Entry entry : entries) {
            if (rules.stream().noneMatch(rule -> entry.names(rule.number(), rule.method()))) {
                all.add("'" + entry.rule()
                        + "' names no rule of this contract, expected a number as S13, or a number and a"
                        + " method as S13/resetForgetsExactlyOneKey");
            } else if (entry.rule().equals(Rule.A0.name()) || entry.rule().startsWith(Rule.A0.name() + "/")) {
                all.add("'" + entry.rule() + "' is the rule that checks this file, and cannot be excluded");
            }
        }
        return all;
    }
}

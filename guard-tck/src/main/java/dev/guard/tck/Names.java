package dev.guard.tck;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Names that a backend may confuse with one another, or with something that means something to its store. */
final class Names {

    private static final String LONG = "x".repeat(300);

    private static final List<String> NASTY = List.of(
            "",
            "default",
            "p",
            "t",
            "a",
            "b",
            "ab",
            "a:b",
            "a:",
            ":b",
            ":",
            "::",
            "a_b",
            "a/b",
            "a.b",
            "a b",
            " ",
            "a ",
            "{a}",
            "{",
            "}",
            "{}",
            "{a}b",
            "a{b}",
            "*",
            "a*",
            "?",
            "a?",
            "[a]",
            "[ab]",
            "\\",
            "\\*",
            "%",
            "%3A",
            "a%3Ab",
            "%253A",
            "%00",
            "\0",
            "a\0b",
            "a\0",
            "\n",
            "\r\n",
            "a\nb",
            "$",
            "$1",
            "'",
            "\"",
            ";",
            "--",
            "null",
            "~",
            "%~",
            "-",
            "A",
            "Aa",
            "BB",
            "AaAa",
            "BBBB",
            "é",
            "e\u0301",
            "\u00df",
            "ss",
            "İ",
            "i",
            "\ud83d\ude00",
            "\ufeff",
            "\u202e",
            "\uffff",
            LONG,
            LONG + "y",
            LONG + "z",
            "x".repeat(120),
            "x".repeat(121),
            "é".repeat(60),
            "é".repeat(61));

    /** What stands between the parts of a key where they are joined to one name. */
    private static final List<String> SEPARATORS = List.of(
            "", ":", "::", "/", "_", "-", ".", "|", ",", ";", "#", "~", "%", " ", "\n", "\0", "\u001f", "{", "}");

    /** Names that become the same once they are joined, cut, folded, encoded, hashed or taken for a pattern. */
    private static final List<List<String>> FOLDED = List.of(
            List.of("a", "A", " a", "a "),
            List.of("a", "a\t", "a\n", "\ufeffa"),
            List.of("é", "É", "e\u0301", "e"),
            List.of("i", "I", "İ", "ı"),
            List.of("ß", "ss", "SS", "\u1e9e"),
            List.of("\u00c5", "\u212b", "A\u030a"),
            List.of("\ufb01", "fi", "\uff46\uff49"),
            List.of("?", "\u0100", "\ufffd", "\ud83d\ude00"),
            List.of("a", "a\0", "a\0b"),
            List.of("Aa", "BB"),
            List.of("AaAa", "BBBB", "AaBB"),
            List.of(LONG, LONG + "y", LONG + "z"),
            List.of("x".repeat(120), "x".repeat(121), "x".repeat(122)),
            List.of("x".repeat(5_000) + "y", "x".repeat(5_000) + "z"),
            List.of("a", "ab", "a*", "*"),
            List.of("a", "?", "[ab]", "[^b]"),
            List.of("*", "\\*", "\\"),
            List.of(":", "%3A", "%3a", "%253A"),
            List.of(" ", "+", "%20"),
            List.of("a", "{a}", "{a}b"),
            List.of("1", "01", "1.0", "+1"),
            List.of("a", "a'", "a\"", "a--"),
            List.of("null", "NULL", "nil"));

    private Names() {}

    /** Names that are told apart with care only, together: few enough that all of them are tried. */
    static Arbitrary<List<String>> alike() {
        return Arbitraries.of(Stream.concat(
                        SEPARATORS.stream().map(separator -> List.of("a", "a" + separator + "a")), FOLDED.stream())
                .toList());
    }

    static Arbitrary<List<String>> lists() {
        return Arbitraries.oneOf(
                        Arbitraries.of(NASTY),
                        Arbitraries.strings().ofMaxLength(3).withChars(":_{}*?[]\\%~ab\0"),
                        Arbitraries.strings().ofMaxLength(4).filter(Names::isText))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    /** Half a character is none that a store could be sent. */
    private static boolean isText(String text) {
        return text.chars().noneMatch(c -> Character.isSurrogate((char) c));
    }
}

package dev.guard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles and runs every Java program of the documentation, and compares what it prints with what the page says: a comment
 * behind {@code println}, up to its colon, or the block of text that follows the program.
 */
class DocumentedProgramsTest {

    private static final String PRINTLN = "System.out.println(";

    /** A program of a page. */
    private record Program(Path page, String name, String source, List<String> output) {}

    @TempDir
    private Path folder;

    @TestFactory
    @DisplayName("Every program of the documentation compiles, and prints what the page says")
    Stream<DynamicTest> programs() throws IOException {
        List<Program> programs = new ArrayList<>();
        for (Path page : pages()) {
            programs.addAll(programsOf(page));
        }
        assertThat(programs).extracting(Program::name).contains("Smallest", "Waiting", "Exports", "Tokens", "InLine");
        return programs.stream()
                .map(program -> DynamicTest.dynamicTest(
                        program.page().getFileName() + ": " + program.name(),
                        () -> assertThat(run(program)).isEqualTo(program.output())));
    }

    private static List<Path> pages() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("CONTRIBUTING.md"))) {
            root = root.getParent();
        }
        List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    private static List<Program> programsOf(Path page) throws IOException {
        List<Program> programs = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals("```java")) {
                continue;
            }
            int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
            List<String> code = lines.subList(i + 1, end);
            String source = String.join("\n", code);
            int name = source.indexOf("public class ");
            if (name >= 0) {
                String rest = source.substring(name + "public class ".length());
                programs.add(new Program(
                        page,
                        rest.substring(0, rest.indexOf(' ')),
                        source,
                        expected(code, lines.subList(end, lines.size()))));
            }
        }
        return programs;
    }

    private static List<String> expected(List<String> code, List<String> after) {
        List<String> comments = code.stream()
                .filter(line -> line.contains(PRINTLN) && line.contains("; ") && line.contains("// "))
                .map(line -> line.substring(line.lastIndexOf("// ") + 3))
                .map(comment -> comment.contains(":") ? comment.substring(0, comment.indexOf(':')) : comment)
                .map(String::strip)
                .toList();
        if (!comments.isEmpty()) {
            return comments;
        }
        int start = after.indexOf("```text");
        return start < 0
                ? List.of()
                : after.subList(
                        start + 1,
                        start + 1 + after.subList(start + 1, after.size()).indexOf("```"));
    }

    private List<String> run(Program program) throws Exception {
        Path source = folder.resolve(program.name() + ".java");
        Files.writeString(source, program.source());
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        errors,
                        errors,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(status).as(errors.toString(StandardCharsets.UTF_8)).isZero();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = System.out;
        try (URLClassLoader loader = new URLClassLoader(
                        new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
                PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            loader.loadClass(program.name()).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}

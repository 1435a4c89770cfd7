package dev.guard.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A configuration file in YAML, read strictly.
 *
 * <p>The file is one document of mappings, lists and scalars. Anchors, aliases and tags are refused, and so is a file
 * that is large or deep beyond reason: nothing in it can grow while it is read. Errors are collected, each with its
 * place, so that a user sees all of them at once; {@link #requireSound} raises them.
 */
final class YamlFile {

    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_DEPTH = 20;

    private final String name;
    private final List<Located> errors = new ArrayList<>();
    private final Optional<YamlValue> root;

    /** An error and where it is, in the order of the file. */
    private record Located(int line, int column, String message) {}

    private YamlFile(String name, String text) {
        this.name = name;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(name)
                .setCodePointLimit(MOST_BYTES)
                .setAllowNonScalarKeys(true)
                .build();
        try {
            refuseWhatCouldGrow(new Parse(settings).parseString(text));
            this.root = new Compose(settings).composeString(text).map(node -> new YamlValue(this, node));
        } catch (MarkedYamlEngineException e) {
            throw StartException.configuration(place(e.getProblemMark()) + "not YAML: "
                    + Shown.printable(words(e.getContext(), " ") + words(e.getProblem(), "")));
        } catch (YamlEngineException e) {
            throw StartException.configuration(name + ": not YAML: " + Shown.printable(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Reads a file.
     *
     * @throws StartException if it cannot be read or is not YAML
     */
    static YamlFile read(Path file) {
        String name = file.toString();
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw StartException.configuration(
                        name + ": is " + Files.size(file) + " bytes long, expected at most " + MOST_BYTES);
            }
            byte[] bytes = Files.readAllBytes(file);
            return new YamlFile(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            throw StartException.configuration(name + ": is not text in UTF-8");
        } catch (NoSuchFileException e) {
            throw StartException.configuration(name + ": no such file");
        } catch (IOException e) {
            throw StartException.configuration(name + ": cannot be read: " + e.getMessage());
        }
    }

    /** Reads a text under a name that its errors shall have. */
    static YamlFile of(String name, String text) {
        return new YamlFile(name, text);
    }

    /**
     * The file's one value.
     *
     * @throws StartException if the file is empty
     */
    YamlValue root() {
        return root.orElseThrow(() -> StartException.configuration(name + ": is empty"));
    }

    /**
     * Ends the reading.
     *
     * @throws StartException with all errors, if there were any
     */
    void requireSound() {
        if (!errors.isEmpty()) {
            errors.sort(Comparator.comparingInt(Located::line).thenComparingInt(Located::column));
            throw StartException.configuration(
                    errors.stream().map(Located::message).toList());
        }
    }

    void error(Optional<Mark> mark, String message) {
        errors.add(new Located(
                mark.map(Mark::getLine).orElse(0),
                mark.map(Mark::getColumn).orElse(0),
                place(mark) + Shown.printable(message)));
    }

    private void refuseWhatCouldGrow(Iterable<Event> events) {
        int depth = 0;
        boolean document = false;
        for (Event event : events) {
            if (event instanceof AliasEvent || hasAnchor(event)) {
                throw refused(event, "anchors and aliases (& and *) are not supported, write the value out");
            }
            if (hasTag(event)) {
                throw refused(event, "tags (!) are not supported, write the value without one");
            }
            if (event instanceof CollectionStartEvent && ++depth > MOST_DEPTH) {
                throw refused(event, "values lie more than " + MOST_DEPTH + " deep");
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (event instanceof DocumentStartEvent) {
                if (document) {
                    throw refused(event, "a second document starts, expected one");
                }
                document = true;
            }
        }
    }

    private static boolean hasAnchor(Event event) {
        return event instanceof NodeEvent node && node.getAnchor().isPresent();
    }

    private static boolean hasTag(Event event) {
        return event instanceof ScalarEvent scalar
                ? scalar.getTag().isPresent()
                : event instanceof CollectionStartEvent collection
                        && collection.getTag().isPresent();
    }

    private StartException refused(Event event, String message) {
        return StartException.configuration(place(event.getStartMark()) + message);
    }

    private String place(Optional<Mark> mark) {
        return name
                + mark.map(at -> ":" + (at.getLine() + 1) + ":" + (at.getColumn() + 1))
                        .orElse("") + ": ";
    }

    private static String words(@Nullable String words, String after) {
        return words == null ? "" : words.strip() + after;
    }
}

package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.terminal.Format;
import dev.gantry.cli.terminal.Table;
import dev.gantry.cli.view.Views;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "List clusters, services (svc), tasks, taskdefs (td) or nodes (no).")
final class GetCommand extends ClientCommand {

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

    @Parameters(
            paramLabel = "KIND[/NAME]",
            arity = "1..2",
            description = "For example: services, service/web, td web:3")
    private List<String> words = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    private Format format = Format.table;

    @Option(
            names = {"-w", "--watch"},
            description = "Print each change as it happens, until Ctrl-C.")
    private boolean watch;

    GetCommand(Console console) {
        super(console);
    }

    @Override
    Exit run(Api api) throws InterruptedException {
        Reference first = Reference.parse(words.getFirst());
        Sort sort = first.sort() == null ? Sort.of(first.name()) : first.sort();
        String name = first.sort() != null ? first.name() : words.size() > 1 ? words.get(1) : "";
        Directory directory = new Directory(api);
        List<JsonNode> found = objects(directory, sort, name);
        print(sort, found, directory, !name.isEmpty());
        console().out().flush();
        return watch ? watch(sort, name, directory, found) : Exit.DONE;
    }

    private static List<JsonNode> objects(Directory directory, Sort sort, String name) throws InterruptedException {
        return name.isEmpty() ? directory.list(sort) : List.of(directory.one(sort, name));
    }

    private Exit watch(Sort sort, String name, Directory directory, List<JsonNode> first) throws InterruptedException {
        Set<JsonNode> seen = new HashSet<>(first);
        boolean lost = false;
        while (!Thread.currentThread().isInterrupted() && !console().out().checkError()) {
            Thread.sleep(WATCH_INTERVAL);
            try {
                List<JsonNode> now = objects(directory, sort, name);
                List<JsonNode> changed =
                        now.stream().filter(object -> !seen.contains(object)).toList();
                printChanges(sort, changed, directory, first.isEmpty() && seen.isEmpty());
                seen.clear();
                seen.addAll(now);
                lost = false;
            } catch (Failure e) {
                // The server may be back in a moment; what is gone for good ends the watch.
                if (e.exit() != Exit.ERROR) {
                    throw e;
                }
                if (!lost) {
                    console().note(e.getMessage() + "; trying on until Ctrl-C");
                }
                lost = true;
            }
        }
        return Exit.INTERRUPTED;
    }

    /** Rows without headings, which stand at the top already, unless nothing has been printed before. */
    private void printChanges(Sort sort, List<JsonNode> changed, Directory directory, boolean nothingBefore)
            throws InterruptedException {
        if (changed.isEmpty()) {
            return;
        }
        if (format == Format.name || format.isForMachines() || nothingBefore) {
            print(sort, changed, directory, true);
        } else {
            table(sort, changed, directory).lines().stream().skip(1).forEach(this::print);
        }
        console().out().flush();
    }

    private void print(Sort sort, List<JsonNode> objects, Directory directory, boolean single)
            throws InterruptedException {
        if (format == Format.name) {
            objects.forEach(object -> print(sort.label() + "/" + Directory.name(sort, object)));
        } else if (format.isForMachines()) {
            if (single) {
                objects.forEach(object -> print(format.print(object)));
            } else {
                ArrayNode array = JsonNodeFactory.instance.arrayNode().addAll(objects);
                print(format.print(array));
            }
        } else {
            Table table = table(sort, objects, directory);
            if (table.isEmpty()) {
                console().note("no " + sort.plural());
            } else {
                table.lines().forEach(this::print);
            }
        }
    }

    private Table table(Sort sort, List<JsonNode> objects, Directory directory) throws InterruptedException {
        boolean wide = format == Format.wide;
        Instant now = console().clock().instant();
        return switch (sort) {
            case CLUSTER -> Views.clusters(objects);
            case SERVICE -> Views.services(objects, wide, now);
            case TASK -> Views.tasks(objects, objects.isEmpty() ? Map.of() : directory.nodeNames(), wide, now);
            case TASK_DEFINITION -> Views.taskDefinitions(objects, now);
            case NODE -> Views.nodes(objects, wide, now);
        };
    }
}

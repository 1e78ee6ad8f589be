package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.view.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "logs", description = "Print what the containers of a task, or of all tasks of a service, wrote.")
final class LogsCommand extends ClientCommand {

    private static final int STREAMS_MAX = 100;

    @Parameters(paramLabel = "TASK|SERVICE")
    private String name = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on printing until the containers end, or Ctrl-C.")
    private boolean follow;

    @Option(names = "--tail", paramLabel = "LINES", description = "Only the last lines of each container.")
    private @Nullable Integer tail;

    @Option(names = "--since", paramLabel = "DURATION", description = "Only what is younger, for example 10m.")
    private @Nullable String since;

    @Option(
            names = {"-c", "--container"},
            paramLabel = "NAME",
            description = "Only this container.")
    private @Nullable String container;

    @Option(names = "--timestamps", description = "Begin each line with its time.")
    private boolean timestamps;

    LogsCommand(Console console) {
        super(console);
    }

    /** One container's log. */
    private record Stream(String task, String container) {}

    @Override
    Exit run(Api api) throws InterruptedException {
        List<Stream> streams = streams(api);
        if (streams.size() == 1) {
            copy(api, streams.getFirst(), "");
            return Exit.DONE;
        }
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (Stream stream : streams) {
            String prefix = "[" + Fields.shortId(stream.task()) + " " + stream.container() + "] ";
            threads.add(Thread.ofVirtual().start(() -> copyOrNote(api, stream, prefix, failures)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.element();
        }
        return Exit.DONE;
    }

    private List<Stream> streams(Api api) throws InterruptedException {
        Directory directory = new Directory(api);
        Reference reference = directory.taskOrService(name);
        List<JsonNode> tasks = reference.sort() == Sort.TASK
                ? List.of(directory.one(Sort.TASK, reference.name()))
                : directory.tasksOf(reference.name());
        List<JsonNode> alive = tasks.stream()
                .filter(task -> !task.path("lastStatus").asText().equals("STOPPED"))
                .toList();
        List<Stream> streams = new ArrayList<>();
        for (JsonNode task : alive.isEmpty() ? tasks : alive) {
            for (JsonNode each : task.path("containers")) {
                if (container == null || container.equals(each.path("name").asText())) {
                    streams.add(new Stream(
                            Fields.lastPart(task.path("taskArn").asText()),
                            each.path("name").asText()));
                }
            }
        }
        if (streams.isEmpty() || streams.size() > STREAMS_MAX) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    streams.isEmpty() ? "there are no logs of " + name : "there are too many logs of " + name,
                    streams.isEmpty()
                            ? "no task of it has "
                                    + (container == null ? "a container yet" : "a container \"" + container + "\"")
                            : streams.size() + " containers write at once; at most " + STREAMS_MAX + " can be followed",
                    streams.isEmpty() ? "gantry why " + name : "name one task: gantry get tasks");
        }
        return streams;
    }

    private void copyOrNote(Api api, Stream stream, String prefix, Queue<RuntimeException> failures) {
        try {
            copy(api, stream, prefix);
        } catch (ApiException | Failure e) {
            failures.add(e);
            console().note(prefix + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void copy(Api api, Stream stream, String prefix) throws InterruptedException {
        api.ops().lines(target(api.cluster(), stream), line -> write(line, prefix));
    }

    /** A container's stderr goes to stderr, so that both can be told apart here too. */
    private void write(JsonNode line, String prefix) {
        String text = line.path("text").asText();
        if (line.path("stream").asText().equals("error")) {
            // Said by the node, not by the container: the log cannot be read, or not to its end.
            throw new Failure(
                    Exit.ERROR, "the log of " + name + " could not be read to its end", text, "gantry why " + name);
        }
        String whole = prefix + (text.endsWith("\n") ? text : text + "\n");
        if (line.path("stream").asText().equals("stderr")) {
            console().err().print(whole);
            console().err().flush();
        } else {
            console().out().print(whole);
            console().out().flush();
        }
    }

    private String target(String cluster, Stream stream) {
        StringBuilder target = new StringBuilder("/_gantry/v1/logs/")
                .append(OpsClient.encoded(cluster))
                .append('/')
                .append(OpsClient.encoded(stream.task()))
                .append("?container=")
                .append(OpsClient.encoded(stream.container()))
                .append("&follow=")
                .append(follow);
        if (tail != null) {
            target.append("&tail=").append(tail);
        }
        if (since != null) {
            long from =
                    console().clock().instant().minus(Durations.parse(since)).toEpochMilli();
            target.append("&sinceMs=").append(from);
        }
        return target.append("&timestamps=").append(timestamps).toString();
    }
}

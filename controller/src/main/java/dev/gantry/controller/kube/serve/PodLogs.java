package dev.gantry.controller.kube.serve;

import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.OpenChannel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/** The subresource {@code log}: what a container wrote, as plain text, while it grows if asked to follow. */
final class PodLogs {

    private static final int ALL = -1;

    private final PodChannels channels;
    private final InstantSource clock;

    PodLogs(PodChannels channels, InstantSource clock) {
        this.channels = channels;
        this.clock = clock;
    }

    void stream(Call call, ResponseStream stream) throws InterruptedException, ClientGoneException {
        Query query = call.query();
        PodChannels.Chosen chosen = channels.choose(call);
        boolean isPrevious = query.flag("previous");
        if (isPrevious && !hasRunBefore(chosen)) {
            throw KubeRefusal.badRequest("previous terminated container \"" + chosen.container() + "\" in pod \""
                    + call.target().name() + "\" not found");
        }
        LogsRequest request = LogsRequest.newBuilder()
                .setScope(chosen.workload().getScope())
                .setWorkloadId(chosen.workload().getId())
                .setContainer(chosen.container())
                .setFollow(query.flag("follow"))
                .setPrevious(isPrevious)
                .setTail((int) query.number("tailLines").orElse(ALL))
                .setSinceMs(sinceMs(query))
                .setTimestamps(query.flag("timestamps"))
                .build();
        try (AgentChannel channel =
                channels.open(chosen, OpenChannel.newBuilder().setLogs(request).build())) {
            stream.begin(200, Headers.of("Content-Type", "text/plain", "Cache-Control", "no-cache, private"));
            copy(channel, stream, query.number("limitBytes"));
        }
    }

    private static boolean hasRunBefore(PodChannels.Chosen chosen) {
        return chosen.workload().getObserved().getContainersList().stream()
                .anyMatch(
                        container -> container.getName().equals(chosen.container()) && container.getRestartCount() > 0);
    }

    private long sinceMs(Query query) {
        OptionalLong seconds = query.number("sinceSeconds");
        if (seconds.isPresent()) {
            return clock.instant().minusSeconds(seconds.getAsLong()).toEpochMilli();
        }
        String time = query.text("sinceTime");
        if (time.isEmpty()) {
            return 0;
        }
        try {
            return Instant.parse(time).toEpochMilli();
        } catch (DateTimeException _) {
            throw KubeRefusal.badRequest("sinceTime must be a time, was \"" + time + "\"");
        }
    }

    private static void copy(AgentChannel channel, ResponseStream stream, OptionalLong limit)
            throws InterruptedException, ClientGoneException {
        long left = limit.orElse(Long.MAX_VALUE);
        for (Optional<Frame> next = channel.receive(); next.isPresent() && left > 0; next = channel.receive()) {
            Frame frame = next.get();
            switch (frame.getFrameCase()) {
                case STDOUT -> left -= write(stream, frame.getStdout().toByteArray(), left);
                case STDERR -> left -= write(stream, frame.getStderr().toByteArray(), left);
                case FINISHED -> {
                    sayError(stream, frame.getFinished());
                    return;
                }
                case CHANNEL_ID, STDIN, RESIZE, STATS, STDIN_CLOSED, FRAME_NOT_SET -> {}
            }
        }
    }

    private static int write(ResponseStream stream, byte[] bytes, long most)
            throws InterruptedException, ClientGoneException {
        stream.write(bytes.length <= most ? bytes : java.util.Arrays.copyOf(bytes, (int) most));
        return bytes.length;
    }

    private static void sayError(ResponseStream stream, Finished finished)
            throws InterruptedException, ClientGoneException {
        if (!finished.getError().isEmpty()) {
            stream.write((finished.getError() + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}

package dev.gantry.controller.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.http.StreamHandler;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Workload;
import java.util.Optional;

/** {@code GET /_gantry/v1/logs/CLUSTER/TASK}: one JSON object per line of the log, while it grows if asked to follow. */
final class LogStream implements StreamHandler {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LINE_BYTES_MAX = 256 * 1024;

    private final Admission admission;
    private final NodeChannels channels;

    LogStream(Admission admission, NodeChannels channels) {
        this.admission = admission;
        this.channels = channels;
    }

    @Override
    public void handle(HttpRequest request, ResponseStream stream) throws InterruptedException, ClientGoneException {
        AgentChannel channel;
        try {
            admission.admit(request);
            Optional<HttpResponse> elsewhere = channels.elsewhere(request);
            if (elsewhere.isPresent()) {
                stream.answer(elsewhere.get());
                return;
            }
            channel = open(Target.of(request));
        } catch (RuntimeException e) {
            stream.answer(Answers.refusal(e));
            return;
        }
        try (channel) {
            copy(channel, stream);
        }
    }

    private AgentChannel open(Target target) throws InterruptedException {
        Workload workload = channels.placed(target.segment(1), target.segment(2));
        LogsRequest.Builder logs = LogsRequest.newBuilder()
                .setScope(workload.getScope())
                .setWorkloadId(workload.getId())
                .setContainer(NodeChannels.container(workload, target.text("container")))
                .setFollow(target.flag("follow"))
                .setTail(Math.toIntExact(target.number("tail", -1)))
                .setSinceMs(target.number("sinceMs", 0))
                .setTimestamps(target.flag("timestamps"));
        return channels.open(workload, OpenChannel.newBuilder().setLogs(logs).build());
    }

    private static void copy(AgentChannel channel, ResponseStream stream)
            throws InterruptedException, ClientGoneException {
        stream.begin(200, Headers.of("Content-Type", "application/x-ndjson"));
        Lines out = new Lines("stdout", stream);
        Lines err = new Lines("stderr", stream);
        for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
            Frame frame = next.get();
            switch (frame.getFrameCase()) {
                case STDOUT -> out.add(frame.getStdout());
                case STDERR -> err.add(frame.getStderr());
                case FINISHED -> {
                    out.end();
                    err.end();
                    sayError(frame.getFinished(), stream);
                    return;
                }
                case CHANNEL_ID, STDIN, RESIZE, STATS, STDIN_CLOSED, FRAME_NOT_SET -> {}
            }
        }
        out.end();
        err.end();
        sayError(
                Finished.newBuilder()
                        .setError(channel.failure().orElse("the node ended the log"))
                        .build(),
                stream);
    }

    private static void sayError(Finished finished, ResponseStream stream)
            throws InterruptedException, ClientGoneException {
        if (!finished.getError().isEmpty()) {
            line(stream, "error", finished.getError());
        }
    }

    private static void line(ResponseStream stream, String name, String text)
            throws InterruptedException, ClientGoneException {
        String json = JSON.createObjectNode().put("stream", name).put("text", text) + "\n";
        stream.write(json.getBytes(UTF_8));
    }

    /** Puts the pieces of one stream together to lines. */
    private static final class Lines {

        private final String name;
        private final ResponseStream stream;
        private ByteString pending = ByteString.EMPTY;

        Lines(String name, ResponseStream stream) {
            this.name = name;
            this.stream = stream;
        }

        void add(ByteString bytes) throws InterruptedException, ClientGoneException {
            pending = pending.concat(bytes);
            int start = 0;
            byte[] all = pending.toByteArray();
            for (int at = 0; at < all.length; at++) {
                if (all[at] == '\n' || at - start >= LINE_BYTES_MAX) {
                    line(stream, name, new String(all, start, at - start, UTF_8));
                    start = all[at] == '\n' ? at + 1 : at;
                }
            }
            pending = pending.substring(start);
        }

        void end() throws InterruptedException, ClientGoneException {
            if (!pending.isEmpty()) {
                line(stream, name, pending.toStringUtf8());
                pending = ByteString.EMPTY;
            }
        }
    }
}

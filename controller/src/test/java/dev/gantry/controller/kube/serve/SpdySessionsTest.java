package dev.gantry.controller.kube.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.HandChannel;
import dev.gantry.proto.Frame;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import io.netty.handler.codec.spdy.DefaultSpdyGoAwayFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySettingsFrame;
import io.netty.handler.codec.spdy.DefaultSpdyWindowUpdateFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands and ports for clients of SPDY/3.1. The agent is the test. */
@Timeout(value = 40, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpdySessionsTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String EXEC = "POST " + PODS + "/p/exec?command=c&stdin=true&stdout=true&stderr=true";
    private static final String FORWARD = "POST " + PODS + "/p/portforward";
    private static final String V4 = "X-Stream-Protocol-Version: v4.channel.k8s.io";
    private static final String PORTS = "X-Stream-Protocol-Version: portforward.k8s.io";
    private static final String TYPE = "streamtype";

    private final BlockingQueue<OpenChannel> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<HandChannel> agents = new LinkedBlockingQueue<>();
    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post(PODS, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        world.report("p", Phase.RUNNING);
        world.reach((_, request) -> {
            HandChannel agent = new HandChannel();
            opened.add(request);
            agents.add(agent);
            return agent.channel();
        });
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private SpdyCaller call(String request, String... headers) throws IOException {
        return new SpdyCaller(world.port(), request, headers);
    }

    private HandChannel agent() throws InterruptedException {
        HandChannel agent = agents.poll(20, TimeUnit.SECONDS);
        assertThat(agent).isNotNull();
        return agent;
    }

    private static Frame stdout(String text) {
        return Frame.newBuilder().setStdout(ByteString.copyFromUtf8(text)).build();
    }

    private static Frame stdin(String text) {
        return Frame.newBuilder().setStdin(ByteString.copyFromUtf8(text)).build();
    }

    /** Opens the streams of {@link #EXEC}: 1 for errors, 3 for input, 5 for output, 7 for error output. */
    private static void openAll(SpdyCaller client) throws IOException {
        for (String type : new String[] {"error", "stdin", "stdout", "stderr"}) {
            int stream = client.open(TYPE, type);
            assertThat(client.tell()).isEqualTo("reply " + stream);
        }
    }

    @Test
    void runsACommand() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101 ")
                    .contains("X-Stream-Protocol-Version: v4.channel.k8s.io\r\n");
            openAll(client);
            HandChannel agent = agent();
            assertThat(opened.take().getExec().getCommandList()).containsExactly("c");
            client.say(3, "in".getBytes(UTF_8), false);
            assertThat(agent.heard()).isEqualTo(stdin("in"));
            client.say(3, new byte[0], true);
            assertThat(agent.heard().getStdinClosed()).isTrue();
            agent.says(stdout("out"));
            agent.says(
                    Frame.newBuilder().setStderr(ByteString.copyFromUtf8("err")).build());
            agent.finishes(7, "");
            assertThat(client.tell()).isEqualTo("data 5 out");
            assertThat(client.tell()).isEqualTo("data 7 err");
            assertThat(client.tell())
                    .startsWith("data 1 {")
                    .contains("\"reason\":\"NonZeroExitCode\"", "\"message\":\"7\"");
        }
    }

    @Test
    void tellsOlderClientsInTheirOwnWayHowItEnded() throws Exception {
        try (SpdyCaller client = call(EXEC, "X-Stream-Protocol-Version: v5.channel.k8s.io, v2.channel.k8s.io")) {
            assertThat(client.head()).contains("X-Stream-Protocol-Version: v2.channel.k8s.io\r\n");
            openAll(client);
            agent().finishes(7, "");
            assertThat(client.tell()).isEqualTo("data 5 ");
            assertThat(client.tell()).isEqualTo("data 7 ");
            assertThat(client.tell()).isEqualTo("data 1 command terminated with non-zero exit code: 7");
        }
        try (SpdyCaller client = call(EXEC)) {
            assertThat(client.head()).startsWith("HTTP/1.1 101 ").doesNotContain("X-Stream");
            openAll(client);
            agent().finishes(0, "");
            assertThat(client.tell()).isEqualTo("data 5 ");
            assertThat(client.tell()).isEqualTo("data 7 ");
            assertThat(client.tell()).isEqualTo("data 1 ");
        }
    }

    @Test
    void carriesMoreThanAWindowBothWays() throws Exception {
        byte[] much = new byte[11 << 20];
        new Random(1).nextBytes(much);
        try (SpdyCaller client = call(EXEC, V4)) {
            openAll(client);
            HandChannel agent = agent();
            for (int from = 0; from < much.length; from += 100_000) {
                int size = Math.min(100_000, much.length - from);
                agent.says(Frame.newBuilder()
                        .setStdout(ByteString.copyFrom(much, from, size))
                        .build());
            }
            Thread writer = Thread.startVirtualThread(() -> {
                try {
                    client.say(3, much, true);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            ByteString heard = ByteString.EMPTY;
            for (Frame frame = agent.heard(); !frame.getStdinClosed(); frame = agent.heard()) {
                heard = heard.concat(frame.getStdin());
            }
            assertThat(heard.toByteArray()).isEqualTo(much);
            writer.join();
            agent.finishes(0, "");
            assertThat(client.tell()).isEqualTo("data 5 " + much.length + " bytes");
            assertThat(client.all(5)).isEqualTo(much);
        }
    }

    @Test
    void hearsTheSizesOfATerminalHoweverTheyCome() throws Exception {
        try (SpdyCaller client = call("POST " + PODS + "/p/attach?stdin=true&stdout=true&stderr=true&tty=true", V4)) {
            for (String type : new String[] {"error", "stdin", "stdout", "resize"}) {
                int stream = client.open(TYPE, type);
                assertThat(client.tell()).isEqualTo("reply " + stream);
            }
            HandChannel agent = agent();
            client.say(7, "{\"Width\":80,\"Height\":24}\n{\"Wid".getBytes(UTF_8), false);
            assertThat(agent.heard().getResize().getColumns()).isEqualTo(80);
            client.say(7, "th\":100,\"Height\":30}\n".getBytes(UTF_8), false);
            assertThat(agent.heard().getResize().getRows()).isEqualTo(30);
            client.say(7, new byte[2000], false);
            assertThat(agent.isClosedSoon()).isTrue();
        }
    }

    @Test
    void answersPingsAndMindsNeitherSettingsNorWindows() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            DefaultSpdySettingsFrame settings = new DefaultSpdySettingsFrame();
            settings.setValue(7, 1);
            client.send(settings);
            client.send(new DefaultSpdyWindowUpdateFrame(0, 1000));
            client.send(new DefaultSpdyPingFrame(5));
            assertThat(client.tell()).isEqualTo("ping 5");
            openAll(client);
            client.send(new DefaultSpdyPingFrame(7));
            assertThat(client.tell()).isEqualTo("ping 7");
        }
    }

    @Test
    void refusesStreamsThatItKnowsNotOrHasAlready() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            int unknown = client.open(TYPE, "stdlog");
            assertThat(client.tell()).isEqualTo("reset " + unknown + " " + SpdyStreamStatus.PROTOCOL_ERROR);
            int first = client.open(TYPE, "error");
            assertThat(client.tell()).isEqualTo("reply " + first);
            int second = client.open(TYPE, "error");
            assertThat(client.tell()).isEqualTo("reset " + second + " " + SpdyStreamStatus.PROTOCOL_ERROR);
        }
    }

    @Test
    void endsTheCommandWhenItsClientGoes() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            openAll(client);
            client.send(new DefaultSpdyGoAwayFrame(0));
            assertThat(agent().isClosedSoon()).isTrue();
        }
        HandChannel agent;
        try (SpdyCaller client = call(EXEC, V4)) {
            openAll(client);
            agent = agent();
        }
        assertThat(agent.isClosedSoon()).isTrue();
    }

    /** While its writes wait, it cannot even close the connection. */
    @Test
    void takesWhatAClientStillSendsWhenTheCommandHasEnded() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            openAll(client);
            HandChannel agent = agent();
            agent.turnsDeaf();
            Thread writer = Thread.startVirtualThread(() -> {
                try {
                    client.say(3, new byte[11 << 20], true);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            agent.says(stdout("early"));
            agent.finishes(0, "");
            assertThat(client.tell()).isEqualTo("data 5 early");
            assertThat(writer.join(java.time.Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void endsTheInputWhenItsStreamIsReset() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            openAll(client);
            client.send(new DefaultSpdyRstStreamFrame(3, SpdyStreamStatus.CANCEL));
            HandChannel agent = agent();
            assertThat(agent.heard().getStdinClosed()).isTrue();
            client.send(new DefaultSpdyRstStreamFrame(5, SpdyStreamStatus.CANCEL));
            client.send(new DefaultSpdyPingFrame(1));
            assertThat(client.tell()).isEqualTo("ping 1");
            agent.says(stdout("nobody hears this"));
            agent.finishes(0, "");
            assertThat(client.tell()).isEqualTo("data 7 ");
        }
    }

    @Test
    void endsAConnectionThatIsNoSpdy() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            // Of another version.
            client.raw(new byte[] {(byte) 0x80, 2, 0, 1, 0, 0, 0, 0});
            assertThat(client.tell()).isEqualTo("end");
            assertThat(agent().isClosedSoon()).isTrue();
        }
        try (SpdyCaller client = call(EXEC, V4)) {
            // A frame of settings that does not hold what it names.
            client.raw(new byte[] {(byte) 0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 9});
            assertThat(client.tell()).isEqualTo("end");
        }
        try (SpdyCaller client = call(FORWARD, PORTS)) {
            // A stream whose headers are not compressed.
            client.raw(new byte[] {(byte) 0x80, 3, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2});
            assertThat(client.tell()).isEqualTo("end");
        }
    }

    @Test
    void endsAConnectionThatOpensStreamsTwice() throws Exception {
        try (SpdyCaller client = call(EXEC, V4)) {
            client.open(5, TYPE, "error");
            assertThat(client.tell()).isEqualTo("reply 5");
            client.open(5, TYPE, "stdin");
            assertThat(client.tell()).isEqualTo("end");
        }
        try (SpdyCaller client = call(EXEC, V4)) {
            client.open(2, TYPE, "error");
            assertThat(client.tell()).isEqualTo("end");
        }
    }

    @Test
    void endsAConnectionWithHeadersThatAreTooLarge() throws Exception {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        try (SpdyCaller client = call(EXEC, V4)) {
            client.open(1, TYPE, "error", "small-when-compressed", "x".repeat(60_000));
            assertThat(client.tell()).isEqualTo("end");
        }
        try (SpdyCaller client = call(EXEC, V4)) {
            client.open(1, TYPE, "error", "large", java.util.HexFormat.of().formatHex(noise, 0, 30_000));
            assertThat(client.tell()).isEqualTo("end");
        }
        assertThat(agent().isClosedSoon()).isTrue();
    }

    @Test
    void refusesWhoMayNotOrAsksForWhatIsNotThere() throws Exception {
        assertRefused(call(EXEC, V4, "X-User: somebody"), "403 ", "cannot create resource");
        assertRefused(call(EXEC.replace("POST", "GET"), V4, "X-User: somebody"), "403 ", "cannot create resource");
        assertRefused(call(EXEC, V4, "X-User: nobody"), "401 ", "Unauthorized");
        assertRefused(call(EXEC.replace("/p/", "/q/"), V4), "404 ", "not found");
        assertRefused(call(EXEC.replace("command=c&", ""), V4), "400 ", "at least 1 command");
        assertRefused(call(EXEC, "X-Stream-Protocol-Version: v9"), "400 ", "server accepts [v4.channel.k8s.io");
        assertRefused(call(FORWARD, V4), "400 ", "server accepts [portforward.k8s.io]");
        assertRefused(call("GET " + PODS, V4), "400 ", "only attach, exec, portforward are served over SPDY/3.1");
        assertThat(agents).isEmpty();
    }

    private static void assertRefused(SpdyCaller client, String status, String message) throws IOException {
        try (client) {
            assertThat(client.head()).startsWith("HTTP/1.1 " + status);
            assertThat(client.body()).contains(message);
        }
    }

    @Test
    void tellsWhoAsksForNoUpgradeThatItIsNeeded() throws Exception {
        assertThat(world.post(PODS + "/p/exec?command=c", "").text("/message")).contains("Upgrade request required");
    }

    @Test
    void forwardsConnectionsToPorts() throws Exception {
        try (SpdyCaller client = call(FORWARD, PORTS)) {
            assertThat(client.head()).contains("X-Stream-Protocol-Version: portforward.k8s.io\r\n");
            for (int i = 0; i < 3; i++) {
                String id = Integer.toString(i);
                int failure = client.open(TYPE, "error", "port", "80", "requestid", id);
                assertThat(client.tell()).isEqualTo("reply " + failure);
                int data = client.open(TYPE, "data", "port", "80", "requestid", id);
                assertThat(client.tell()).isEqualTo("reply " + data);
                HandChannel agent = agent();
                assertThat(opened.take().getPort().getPort()).isEqualTo(80);
                client.say(data, "question".getBytes(UTF_8), false);
                assertThat(agent.heard()).isEqualTo(stdin("question"));
                agent.says(stdout("answer " + i));
                agent.finishes(0, i == 2 ? "nobody listens" : "");
                assertThat(client.tell())
                        .isEqualTo("data " + failure + " "
                                + (i == 2 ? "error forwarding port 80 to pod p: nobody listens" : ""));
                assertThat(client.tell()).isEqualTo("data " + data + " answer " + i);
            }
        }
    }

    @Test
    void refusesMoreConnectionsThanItHasRoomFor() throws Exception {
        try (SpdyCaller client = call(FORWARD, PORTS)) {
            int begun = client.open(TYPE, "data", "port", "80", "requestid", "0");
            assertThat(client.tell()).isEqualTo("reply " + begun);
            // Before there are others, which may come to their agents in any order.
            HandChannel first = agent();
            for (int i = 1; i < 64; i++) {
                int data = client.open(TYPE, "data", "port", "80", "requestid", Integer.toString(i));
                assertThat(client.tell()).isEqualTo("reply " + data);
            }
            int more = client.open(TYPE, "data", "port", "80", "requestid", "more");
            assertThat(client.tell()).isEqualTo("reset " + more + " " + SpdyStreamStatus.REFUSED_STREAM);
            int strange = client.open(TYPE, "data", "port", "http", "requestid", "strange");
            assertThat(client.tell()).isEqualTo("reset " + strange + " " + SpdyStreamStatus.PROTOCOL_ERROR);
            client.send(new DefaultSpdyRstStreamFrame(begun, SpdyStreamStatus.CANCEL));
            assertThat(first.isClosedSoon()).isTrue();
        }
    }
}

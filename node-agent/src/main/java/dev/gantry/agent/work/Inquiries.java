package dev.gantry.agent.work;

import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.GrpcAction;
import dev.gantry.proto.HttpAction;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.ProbeAction;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Asks containers how they are, and runs their hooks: a command in them, a request or a connection to them. */
record Inquiries(ContainerEngine engine, HealthInquiry health) {

    private static final int SAID_MAX = 1024;
    private static final int STATUS_OK = 200;
    private static final int STATUS_FAILED = 400;

    /** An answer; the message says why it is no. */
    record Answer(boolean success, String message) {
        static final Answer YES = new Answer(true, "");

        static Answer no(String why) {
            return new Answer(false, why);
        }
    }

    /**
     * @param id the engine's id of the container
     * @param address of its pod
     */
    Answer ask(ProbeAction action, String id, String address, Duration patience) throws InterruptedException {
        String host = action.getHost().isEmpty() ? address : action.getHost();
        FutureTask<Answer> task = new FutureTask<>(() -> switch (action.getActionCase()) {
            case EXEC -> exec(action.getExec().getCommandList(), id);
            case HTTP -> http(action.getHttp(), host, patience);
            case TCP_PORT -> tcp(host, action.getTcpPort(), patience);
            case GRPC -> grpc(action.getGrpc(), host, patience);
            case SLEEP_SECONDS -> rest(action.getSleepSeconds());
            case ACTION_NOT_SET -> Answer.YES;
        });
        Thread thread = Thread.ofVirtual().name("inquiry").start(task);
        try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return Answer.no("timed out after " + patience.toSeconds() + "s");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return Answer.no(String.valueOf(cause.getMessage()));
        } finally {
            thread.interrupt();
        }
    }

    private static Answer rest(int seconds) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(seconds));
        return Answer.YES;
    }

    private Answer exec(List<String> command, String id) throws InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ExecRequest request = ExecRequest.newBuilder().addAllCommand(command).build();
        try (ContainerEngine.Session session =
                engine.exec(id, request, InputStream.nullInputStream(), (_, bytes) -> keep(said, bytes))) {
            int code = session.exitCode();
            String text = said.toString(StandardCharsets.UTF_8).strip();
            return code == 0 ? Answer.YES : Answer.no(text.isEmpty() ? "command exited with code " + code : text);
        } catch (EngineException e) {
            return Answer.no(e.text());
        }
    }

    private static boolean keep(ByteArrayOutputStream said, byte[] bytes) {
        said.write(bytes, 0, Math.min(bytes.length, SAID_MAX - Math.min(SAID_MAX, said.size())));
        return true;
    }

    private static Answer tcp(String host, int port, Duration patience) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(patience.toMillis()));
            return Answer.YES;
        } catch (IOException e) {
            return Answer.no("dial tcp " + host + ":" + port + ": " + e.getMessage());
        }
    }

    private Answer grpc(GrpcAction action, String host, Duration patience) throws InterruptedException {
        return health.trouble(host, action.getPort(), action.getService(), patience)
                .map(Answer::no)
                .orElse(Answer.YES);
    }

    private static Answer http(HttpAction action, String host, Duration patience) {
        String url = (action.getTls() ? "https" : "http") + "://" + host + ":" + action.getPort() + action.getPath();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, action.getPort()), Math.toIntExact(patience.toMillis()));
            plain.setSoTimeout(Math.toIntExact(patience.toMillis()));
            Socket socket = action.getTls() ? secured(plain, host, action.getPort()) : plain;
            socket.getOutputStream().write(request(action, host).getBytes(StandardCharsets.ISO_8859_1));
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return judged(new String(head, StandardCharsets.ISO_8859_1), url);
        } catch (IOException | GeneralSecurityException e) {
            return Answer.no("Get \"" + url + "\": " + e.getMessage());
        }
    }

    private static String request(HttpAction action, String host) {
        StringBuilder request = new StringBuilder("GET ")
                .append(action.getPath().isEmpty() ? "/" : action.getPath())
                .append(" HTTP/1.1\r\n");
        List<KeyValue> headers = action.getHeadersList();
        boolean named = headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase("host"));
        boolean agent = headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase("user-agent"));
        request.append(named ? "" : "Host: " + host + ":" + action.getPort() + "\r\n");
        request.append(agent ? "" : "User-Agent: kube-probe/1.32\r\n");
        headers.forEach(header -> request.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        return request.append("Accept: */*\r\nConnection: close\r\n\r\n").toString();
    }

    private static Answer judged(String head, String url) {
        String[] parts = head.split(" ", 2);
        if (parts.length < 2 || !head.startsWith("HTTP/") || !parts[1].matches("[0-9]{3}")) {
            return Answer.no("Get \"" + url + "\": malformed HTTP response");
        }
        int status = Integer.parseInt(parts[1]);
        return status >= STATUS_OK && status < STATUS_FAILED
                ? Answer.YES
                : Answer.no("HTTP probe failed with statuscode: " + status);
    }

    /** A probe asks whether the container serves, not who it is: its certificate is not verified, as upstream does not. */
    private static Socket secured(Socket plain, String host, int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), new SecureRandom());
        return context.getSocketFactory().createSocket(plain, host, port, true);
    }
}

package dev.gantry.e2e.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lists of many pods, whole and in chunks, as JSON and as the tables that kubectl asks for. */
final class PodReads {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final int ROUNDS = 5;
    private static final int CHUNK = 500;

    private final KubeClient kube;
    private final int count;

    PodReads(KubeClient kube, int count) {
        this.kube = kube;
        this.count = count;
    }

    /** Something that is read, and how many bytes it had. */
    private interface Reading {
        long run(LeanClient client) throws IOException;
    }

    void run() throws Exception {
        warm();
        String all = String.format(java.util.Locale.ROOT, "list of %,d pods", count);
        compare(all, client -> whole(client, PODS, "application/json"));
        compare(all + ", as a table", client -> whole(client, PODS, KubeClient.TABLE));
        compare(all + ", in chunks of 500", client -> chunks(client, "application/json"));
        compare(all + ", a table in chunks of 500", client -> chunks(client, KubeClient.TABLE));
        compare(
                "  a tenth of them, by a label",
                client -> whole(client, PODS + "?labelSelector=app%3Dfleet-0", "application/json"));
    }

    /** What is compiled by the first of them would otherwise be compiled in the measurement. */
    private void warm() throws IOException {
        try (LeanClient client = kube.connect()) {
            for (int round = 0; round < ROUNDS; round++) {
                long _ = whole(client, PODS, "application/json");
                long _ = chunks(client, KubeClient.TABLE);
            }
        }
    }

    /** Beside as many bytes from a server that has them at hand, over the same kind of connection but for TLS. */
    private void compare(String name, Reading reading) throws Exception {
        try (LeanClient client = kube.connect()) {
            double millis = median(() -> reading.run(client));
            long bytes = reading.run(client);
            try (TrivialServer server = TrivialServer.start((int) bytes);
                    LeanClient trivial = new LeanClient(server.port())) {
                byte[] request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                double theirs = median(() -> trivial.exchange(request).length);
                Figure.print(name, millis, theirs, "ms", "trivial Vert.x, as many bytes");
            }
            Figure.print("  of its bytes", bytes / 1024.0 / 1024 / (millis / 1e3), "MiB/s");
        }
    }

    private interface Bytes {
        long read() throws IOException;
    }

    private static double median(Bytes bytes) throws IOException {
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round < ROUNDS * 2; round++) {
            long began = System.nanoTime();
            long _ = bytes.read();
            millis.add((System.nanoTime() - began) / 1e6);
        }
        return Figure.median(millis.subList(ROUNDS, millis.size()));
    }

    private long whole(LeanClient client, String path, String accept) throws IOException {
        return client.exchange(kube.get(path, accept)).length;
    }

    private long chunks(LeanClient client, String accept) throws IOException {
        long bytes = 0;
        String more = "";
        do {
            byte[] chunk = client.exchange(kube.get(PODS + "?limit=" + CHUNK + more, accept));
            bytes += chunk.length;
            String mark = mark(chunk);
            more = mark.isEmpty() ? "" : "&continue=" + mark;
        } while (!more.isEmpty());
        return bytes;
    }

    /** Metadata comes first in a list; reading the rest would be the client's time. */
    private static String mark(byte[] chunk) throws IOException {
        String head = new String(chunk, 0, Math.min(chunk.length, 512), java.nio.charset.StandardCharsets.ISO_8859_1);
        int at = head.indexOf("\"continue\":\"");
        if (at < 0) {
            return "";
        }
        int from = at + "\"continue\":\"".length();
        return head.substring(from, head.indexOf('"', from));
    }
}

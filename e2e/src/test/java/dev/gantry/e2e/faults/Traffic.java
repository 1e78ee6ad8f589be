package dev.gantry.e2e.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Twenty requests a second to a container, each on a connection of its own. */
final class Traffic {

    private static final long PAUSE_MILLIS = 50;

    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final long began = System.nanoTime();
    private final URI target;
    private final Thread thread;

    record Tally(long answered, long failed, Duration time) {}

    private Traffic(URI target) {
        this.target = target;
        this.thread = Thread.ofVirtual().name("traffic").start(this::run);
    }

    static Traffic to(String url) {
        return new Traffic(URI.create(url));
    }

    Tally stop() throws InterruptedException {
        end.countDown();
        thread.join();
        return new Tally(answered.get(), failed.get(), Figures.since(began));
    }

    private void run() {
        HttpRequest request =
                HttpRequest.newBuilder(target).timeout(Duration.ofSeconds(10)).build();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (!end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                boolean well = isWell(client, request);
                (well ? answered : failed).incrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isWell(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.gantry.e2e.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Clients that write and read registers, and register task definitions, whatever happens to the servers; and what they were
 * told. A register belongs to one controller: a read elsewhere may be older, which nobody promised otherwise.
 */
final class Writers {

    private static final long PAUSE_MILLIS = 20;

    private final long paceMillis;
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Place> places = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<String, String> definitions = new ConcurrentHashMap<>();
    private final AtomicInteger doubles = new AtomicInteger();

    /** A register, who serves it, and what was said and heard of it. */
    private record Place(Api api, Register register, Queue<Operation> history) {}

    /**
     * What became of it all.
     *
     * @param lost  registers whose acknowledged writes vanished, and definitions that did
     * @param stale registers that were read older than they were
     */
    record Verdict(long acknowledged, long unknown, long reads, List<String> lost, List<String> stale) {

        void print(String where) {
            Figures.print(
                    "P1",
                    "%s: writes acknowledged %d, lost %d, of unknown outcome %d; reads %d, stale %d",
                    where,
                    acknowledged,
                    lost.size(),
                    unknown,
                    reads,
                    stale.size());
        }
    }

    /** @param paceMillis between a client's calls: the servers are to be in trouble, and not for want of a processor */
    Writers(long paceMillis) {
        this.paceMillis = paceMillis;
    }

    Writers add(Api api, Register register) {
        places.add(new Place(api, register, new ConcurrentLinkedQueue<>()));
        return this;
    }

    void start(int clients, Random chance) {
        for (int client = 0; client < clients; client++) {
            Random own = new Random(chance.nextLong());
            String family = "writer-" + client;
            threads.add(Thread.ofVirtual().name(family).start(() -> work(own, family)));
        }
    }

    private void work(Random own, String family) {
        try {
            while (end.getCount() > 0) {
                Place place = places.get(own.nextInt(places.size()));
                int what = own.nextInt(8);
                boolean answered = what == 0 ? define(place.api(), family) : what < 6 ? write(place) : read(place);
                boolean _ = end.await(answered ? paceMillis : PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean write(Place place) throws InterruptedException {
        Register register = place.register();
        String value = register.value().apply(numbers.incrementAndGet());
        String input = register.write().apply(value);
        long invoked = System.nanoTime();
        try {
            Api.Answer answer = place.api().send(register.writeOperation(), input);
            // What is refused has not happened; what failed may have.
            if (answer.status() < 400 || answer.status() >= 500) {
                place.history()
                        .add(Operation.write(value, invoked, answer.isOk() ? System.nanoTime() : Operation.NEVER));
            }
            return answer.isOk();
        } catch (ConnectException e) {
            // Nobody was there to be asked.
            return false;
        } catch (IOException e) {
            place.history().add(Operation.write(value, invoked, Operation.NEVER));
            return false;
        }
    }

    private static boolean read(Place place) throws InterruptedException {
        Register register = place.register();
        long invoked = System.nanoTime();
        try {
            Api.Answer answer = place.api().send(register.readOperation(), register.read());
            if (answer.isOk()) {
                String value = register.find().apply(answer.body());
                place.history().add(Operation.read(value, invoked, System.nanoTime()));
            }
            return answer.isOk();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean define(Api api, String family) throws InterruptedException {
        String value = "d" + numbers.incrementAndGet();
        try {
            Api.Answer answer = api.send("RegisterTaskDefinition", """
                {"family":"%s","containerDefinitions":[{"name":"main","image":"none","memory":16,
                 "environment":[{"name":"VALUE","value":"%s"}]}]}\
                """.formatted(family, value));
            if (answer.isOk()) {
                String arn = answer.body()
                        .path("taskDefinition")
                        .path("taskDefinitionArn")
                        .asText();
                if (definitions.put(arn, value) != null) {
                    doubles.incrementAndGet();
                }
            }
            return answer.isOk();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the clients, reads everything once more from servers that are well again, and judges. */
    Verdict finish() throws InterruptedException {
        end.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        for (Place place : places) {
            Awaitility.await(place.register().name())
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> read(place));
        }
        List<String> lost = new ArrayList<>();
        List<String> stale = new ArrayList<>();
        for (Place place : places) {
            judge(place, lost, stale);
        }
        for (int copies = doubles.get(); copies > 0; copies--) {
            lost.add("two task definitions have the same ARN");
        }
        definitions.forEach((arn, value) -> {
            if (!defined(arn).equals(value)) {
                lost.add(arn);
            }
        });
        List<Operation> all =
                places.stream().flatMap(place -> place.history().stream()).toList();
        long writes = all.stream().filter(Operation::isWrite).count();
        long known = all.stream()
                .filter(operation -> operation.isWrite() && operation.isKnown())
                .count();
        return new Verdict(known + definitions.size(), writes - known, all.size() - writes, lost, stale);
    }

    private static void judge(Place place, List<String> lost, List<String> stale) {
        List<Operation> history = List.copyOf(place.history());
        String initial = place.register().initial();
        if (Linearizability.holds(initial, history)) {
            return;
        }
        Operation last = history.stream()
                .filter(operation -> !operation.isWrite())
                .reduce((_, later) -> later)
                .orElseThrow();
        List<Operation> writes =
                new ArrayList<>(history.stream().filter(Operation::isWrite).toList());
        writes.add(last);
        boolean kept = Linearizability.holds(initial, writes);
        (kept ? stale : lost).add(place.register().name() + ", at last '" + last.value() + "'");
    }

    private String defined(String arn) {
        try {
            JsonNode definition = places.getFirst()
                    .api()
                    .send("DescribeTaskDefinition", "{\"taskDefinition\":\"" + arn + "\"}")
                    .body();
            return definition
                    .path("taskDefinition")
                    .path("containerDefinitions")
                    .path(0)
                    .path("environment")
                    .path(0)
                    .path("value")
                    .asText();
        } catch (IOException e) {
            throw new AssertionError(arn, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

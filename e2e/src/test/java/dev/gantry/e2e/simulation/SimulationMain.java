package dev.gantry.e2e.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code gantry simulate}: runs many seeds, or replays one and prints its timeline. */
public final class SimulationMain {

    private static final int SEEDS = 200;
    private static final Duration PROGRESS = Duration.ofSeconds(30);

    private final List<String> words;

    private SimulationMain(List<String> words) {
        this.words = words;
    }

    /** As the script's help says. */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        System.exit(new SimulationMain(List.of(arguments)).run() ? 0 : 1);
    }

    private boolean run() throws InterruptedException, IOException {
        if (words.contains("--sieve")) {
            return sieve(Sieve.Where.WRITE) & sieve(Sieve.Where.CALL);
        }
        Optional<String> seed = value("--seed");
        if (seed.isPresent()) {
            return replay(Long.parseLong(seed.get()));
        }
        Tally tally = new Tally();
        Optional<String> minutes = value("--minutes");
        if (minutes.isPresent()) {
            fresh(tally, Duration.ofMinutes(Long.parseLong(minutes.get())));
        } else {
            long from = value("--from").map(Long::parseLong).orElse(1L);
            int seeds = value("--seeds").map(Integer::parseInt).orElse(SEEDS);
            for (long each = from; each < from + seeds; each++) {
                tally.run(each);
            }
        }
        System.out.println(tally);
        return !tally.failed();
    }

    private Optional<String> value(String option) {
        int at = words.indexOf(option);
        return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
    }

    private static void fresh(Tally tally, Duration duration) throws InterruptedException {
        long start = new Dice(System.nanoTime()).next() >>> 1;
        System.out.println("fresh seeds begin at " + start);
        long began = System.nanoTime();
        long said = began;
        for (long seed = start; System.nanoTime() - began < duration.toNanos(); seed++) {
            tally.run(seed);
            if (System.nanoTime() - said > PROGRESS.toNanos()) {
                said = System.nanoTime();
                System.out.println(tally.summary());
            }
        }
    }

    private boolean replay(long seed) throws InterruptedException, IOException {
        Optional<String> file = value("--timeline");
        StringBuilder lines = new StringBuilder();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        boolean kept = true;
        try {
            Simulation.Report report = Simulation.run(seed, line -> {
                out.println(line);
                lines.append(line).append('\n');
            });
            out.println(report);
        } catch (Violation broken) {
            kept = false;
            out.println("seed " + seed + " broke " + broken.getMessage());
            lines.append("broke ").append(broken.getMessage()).append('\n');
        }
        if (file.isPresent()) {
            Files.writeString(Path.of(file.get()), lines);
        }
        return kept;
    }

    private static boolean sieve(Sieve.Where where) throws InterruptedException {
        int places = Sieve.places(where);
        int broken = 0;
        for (int number = 1; number <= places; number++) {
            Optional<String> what = Sieve.cut(where, number);
            int at = number;
            what.ifPresent(how -> System.out.println("killed after " + where + " " + at + ": " + how));
            broken += what.isPresent() ? 1 : 0;
        }
        System.out.println(
                "sieve: killed after each " + where + " in turn, " + places + " times, " + broken + " broke something");
        return broken == 0;
    }
}

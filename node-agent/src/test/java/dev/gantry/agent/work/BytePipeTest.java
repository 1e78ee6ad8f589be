package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BytePipeTest {

    @Test
    void finishingLosesNothingOfWhatASlowReaderHasNotReadYet() throws Exception {
        BytePipe pipe = new BytePipe();
        FutureTask<Void> writer = new FutureTask<>(() -> {
            for (int chunk = 0; chunk < 200; chunk++) {
                pipe.write(new byte[] {1, 2, 3});
            }
            pipe.finish();
            return null;
        });
        Thread.ofVirtual().start(writer);
        assertThat(pipe.readAllBytes()).hasSize(600);
        writer.get();
    }

    @Test
    void endingLetsAReaderGoEvenWhenThePipeIsFull() throws Exception {
        BytePipe pipe = new BytePipe();
        for (int chunk = 0; chunk < 64; chunk++) {
            pipe.write(new byte[] {1});
        }
        pipe.end();
        assertThat(pipe.readAllBytes()).hasSizeLessThan(64);
    }
}

package dev.gantry.store.embedded;

import dev.gantry.store.UnavailableException;
import java.util.concurrent.CompletableFuture;

/** One call, waiting for its turn on the writer thread and then for the disk. */
final class Job<T> {

    /** Decides against the books, on the writer thread. */
    interface Work<T> {
        T run(Books books);
    }

    private final Work<T> work;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private T decided;

    @SuppressWarnings("NullAway.Init") // Decided before it is answered.
    Job(Work<T> work) {
        this.work = work;
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /** The caller hears of it only when the disk has it. */
    void decide(Books books) {
        decided = work.run(books);
    }

    void acknowledge() {
        answer.complete(decided);
    }

    void refuse(String message, Throwable cause) {
        answer.completeExceptionally(new UnavailableException(message, cause));
    }
}

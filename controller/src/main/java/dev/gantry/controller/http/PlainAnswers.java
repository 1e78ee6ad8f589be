package dev.gantry.controller.http;

/** How the edge answers where no front end has words of its own. */
final class PlainAnswers {

    private PlainAnswers() {}

    static HttpResponse refuse(Refusal refusal, String requestId) {
        HttpResponse answer =
                HttpResponse.text(refusal.status(), refusal.message() + "\n").with("X-Request-Id", requestId);
        return refusal.status() == 503 || refusal.status() == 429 ? answer.with("Retry-After", "1") : answer;
    }

    static HttpResponse notFound(String requestId) {
        return HttpResponse.text(404, "There is nothing at this path.\n").with("X-Request-Id", requestId);
    }
}

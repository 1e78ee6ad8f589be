package dev.gantry.agent.network;

import dev.gantry.agent.RouteBook;
import dev.gantry.proto.Routes;
import java.util.Optional;

/** Puts together news that come in several messages: in a part of the whole what comes later would count as gone. */
final class Instalments {

    private Optional<RouteBook> unfinished = Optional.empty();

    /** What is known after the last message of some news; empty before it. */
    Optional<RouteBook> after(RouteBook before, Routes news) {
        RouteBook after = unfinished.orElse(before).after(news);
        unfinished = news.getMore() ? Optional.of(after) : Optional.empty();
        return news.getMore() ? Optional.empty() : Optional.of(after);
    }
}

/** What clients and containers say to each other, over whatever brings a client here; knows no API. The agent's side is in {@code dispatch}. */
@NullMarked
package dev.gantry.controller.session;

import org.jspecify.annotations.NullMarked;

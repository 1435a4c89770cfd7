-- A sliding window counter, as in SlidingWindow. N is the limit's place.
--@ numbers capacity_N, period_N, tick_N, ticks_N
--@ state x_N, y_N
--@ initial
    x_N, y_N = 0, 0
--@ advance
    local windows_N = floor(now / period_N) - floor(last / period_N)
    if windows_N ~= 0 then
      x_N, y_N = 0, windows_N == 1 and x_N or 0
    end
--@ is-initial (x_N == 0 and y_N == 0)
--@ available capacity_N - x_N - ceil(y_N * (ticks_N - floor(now % period_N / tick_N)) / ticks_N)
--@ admits cost + x_N + ceil(y_N * (ticks_N - floor(now % period_N / tick_N)) / ticks_N) <= capacity_N
--@ charge
    x_N = x_N + cost
--@ reset (2 * ticks_N - floor(now % period_N / tick_N)) * tick_N - now % tick_N

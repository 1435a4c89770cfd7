-- A bucket with greedy refill, as in GreedyBucket. N is the limit's place.
--@ numbers full_N, rate_N, price_N, tick_N
--@ state x_N
--@ initial
    x_N = full_N
--@ advance
    x_N = x_N + (floor(now / tick_N) - floor(last / tick_N)) * rate_N
    if x_N > full_N then
      x_N = full_N
    end
--@ is-initial x_N == full_N
--@ available floor(x_N / price_N)
--@ admits cost * price_N <= x_N
--@ charge
    x_N = x_N - cost * price_N
--@ reset ceil((full_N - x_N) / rate_N) * tick_N - now % tick_N

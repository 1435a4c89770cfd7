-- A fixed window aligned to the epoch, as in AlignedWindow. N is the limit's place.
--@ numbers capacity_N, period_N
--@ state x_N
--@ initial
    x_N = 0
--@ advance
    if floor(now / period_N) ~= floor(last / period_N) then
      x_N = 0
    end
--@ is-initial x_N == 0
--@ available capacity_N - x_N
--@ admits cost + x_N <= capacity_N
--@ charge
    x_N = x_N + cost
--@ reset period_N - now % period_N
